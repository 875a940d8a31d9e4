// What a classifier is within; src/wasm_inside.c is the other side.

const encoder = new TextEncoder();
/** For a text without a label, as an unsigned word. */
const UNLABELED = 2 ** 32 - 1;

export const insideCalls = (module, { attempt, guard, handle, json, lend, reply, runtime }) => ({
  /**
   * src/inside.h, with its values by name: {shape: number[], data: Float32Array}.
   * @param {number} [label]   of the classes, by its place
   */
  inside: (model, text, label = UNLABELED) => lend([encoder.encode(text), new Uint32Array(2)],
    (at, size, places) => {
      const { layout, ...told } = json(
        () => module._afina_wasm_inside(reply, runtime, model, at, size, label, places));
      const [start, length] = new Uint32Array(module.HEAPU8.buffer, places, 2);
      const all = new Float32Array(module.HEAPU8.slice(start, start + length).buffer);
      guard(() => module._free(start));
      return { ...told, values: cut(all, layout) };
    }),
  randomize: (model, seed) => guard(() => module._afina_wasm_model_randomize(model, seed)),
  /** The classifier as it is now, for the caller to free. */
  snapshot: (session) => handle(() => module._afina_wasm_session_snapshot(reply, session)),
  watch: (session, on) => attempt(
    () => module._afina_wasm_session_watch(reply, session, on ? 1 : 0)),
  watched: (session) => json(() => module._afina_wasm_session_watched(reply, session)),
  /** @param {{max: number, total: number}} tokens   what the inspection counted */
  costs: (model, data, tokens, length, options) => lend([encoder.encode(JSON.stringify(options))],
    (at, size) => json(() => module._afina_wasm_session_costs(
      reply, runtime, model, data, tokens.max, tokens.total, length, at, size))),
});

function cut(all, layout) {
  let from = 0;
  return Object.fromEntries(Object.entries(layout).map(([name, shape]) => {
    const size = shape.reduce((product, each) => product * each, 1);
    const data = all.slice(from, from + size);
    from += size;
    return [name, { shape, data }];
  }));
}
