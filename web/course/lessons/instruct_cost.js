// What an instruction tuning would cost, from a few real updates: a run of its own, so that the one
// that there is stays as it is.

/** Updates whose time counts, behind a first one that finds caches cold. */
const MEASURED = 2;

const seconds = () => performance.now() / 1000;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Seconds of each update, and of each look at the held-out rows. */
function paces(own, run) {
  const [updates, looks] = [[], []];
  let at = { step: 0, epochs_done: 0, done: false };
  let began = seconds();
  while (!at.done && updates.length <= MEASURED) {
    const before = at;
    at = own.stepInstruct(run, seconds());
    const measured = at.epochs_done > before.epochs_done;
    if (at.step === before.step && !measured) continue;
    (at.step > before.step ? updates : looks).push(seconds() - began);
    began = seconds();
  }
  return { update: mean(updates.length > 1 ? updates.slice(1) : updates),
    look: looks.length ? mean(looks) : 0 };
}

/** @param {import('../service.js').Context} context */
export function createInstructCost({ bridge, model }) {
  return {
    /**
     * @param {object} asked   as instructStart takes it
     * @returns {Promise<{told: object, memory: number, saved: number, seconds: number}>}
     *   told: afina_instruct_describe's document; memory: bytes of the whole run; saved: of its
     *   delta; seconds: of the whole run on this machine, as these updates were
     */
    async measureTuning({ rows: given, test = [], options = {}, model: base = 'shipped' }) {
      const own = await bridge();
      const rows = own.createInstructions();
      let run = 0;
      try {
        own.addInstructions(rows, 'train', given);
        if (test.length) own.addInstructions(rows, 'valid', test);
        run = own.createInstruct(model(base), rows, options);
        const told = own.describeInstruct(run);
        const { update, look } = paces(own, run);
        return { told, memory: told.memory.total, saved: own.instructDelta(run, false).length,
          seconds: update * told.updates + look * (told.options.epochs + 1) };
      } finally {
        if (run) own.freeInstruct(run);
        own.freeInstructions(rows);
      }
    },
  };
}
