// What the course's worker does for its page: every method is one request, and its result the one
// reply. The page pulls: long work comes in slices that it asks for. The subjects' own methods are
// in lessons/.

import { fail, replying } from '../engine/failure.js';
import { readModelFiles } from '../engine/model_files.js';
import { createCourseBridge } from './bridge.js';
import { createInside } from './lessons/inside.js';
import { createInstruct } from './lessons/instruct.js';
import { createInstructCost } from './lessons/instruct_cost.js';
import { createInstructions } from './lessons/instructions.js';
import { createLanguage } from './lessons/language.js';
import { createRows } from './lessons/rows.js';
import { oneOfEach } from './one_of_each.js';

/**
 * @typedef {object} Context        What lessons share.
 * @property {() => Promise<object>} bridge
 * @property {(name: string) => number} model    handle; models are called by name: 'shipped' is the
 *           one that came with the page
 * @property {(name: string) => object} describe   the model in words: parameters, layers, ...
 * @property {(name: string, handle: number) => Promise<object>} keepModel   under a name: the one
 *           that had it is freed; gives its description
 * @property {(name: string) => Promise<{handle: number, release: () => void}>} hold   a model that
 *           stays for as long as something works with it, whatever takes its name
 * @property {() => import('../engine/session.js').Source} source   the rows that are open
 */

/** @param {() => Promise<object>} loadModule   gives the WASM module */
export function createCourse(loadModule) {
  let started = null;
  /** @type {Map<string, {handle: number, info: object}>} */
  const models = new Map();

  /** Where the module could not be fetched, the next request tries again. */
  function bridge() {
    started ??= loadModule().catch((error) => {
      started = null;
      fail('NETWORK', `The engine could not be loaded: ${error?.message ?? error}`,
        { file: 'afina_course.wasm' });
    }).then(createCourseBridge);
    return started;
  }

  const find = (name) => models.get(name)
    ?? fail('AFINA_E_STATE', `There is no model "${name}" yet.`);

  async function keepModel(name, handle) {
    const own = await bridge();
    const before = models.get(name);
    const info = { threads: own.threads(), numerics: own.numerics(), ...own.describeModel(handle) };
    models.set(name, { handle, info });
    if (before) drop(own, before);
    return info;
  }

  /** A model that something still works with goes when that lets go of it. */
  function drop(own, model) {
    model.dropped = true;
    if (!model.holders) own.freeModel(model.handle);
  }

  /** @returns {Promise<{handle: number, release: () => void}>} release: once */
  async function hold(name) {
    const own = await bridge();
    const model = find(name);
    model.holders = (model.holders ?? 0) + 1;
    return { handle: model.handle, release() {
      model.holders--;
      if (model.dropped) drop(own, model);
    } };
  }

  /** @type {Context} */
  const context = {
    bridge, keepModel, hold, model: (name) => find(name).handle,
    describe: (name) => find(name).info,
  };

  async function loadModel(name, files) {
    const own = await bridge();
    return keepModel(name, own.loadModel(await readModelFiles(files)));
  }

  const language = createLanguage(context);

  return replying(oneOfEach(
    { loadModel, describe: async (name) => context.describe(name) },
    createInside(context), createInstructions(context), language,
    createInstruct(context, language), createInstructCost(context),
    createRows(context)));
}
