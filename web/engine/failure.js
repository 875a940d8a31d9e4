// A failure that crosses from the worker to the page: a key to translate, an English sentence, and
// values.

/** What every rejected promise of the engine is. */
export class EngineError extends Error {
  /** @param {import('./types.js').Failure} failure */
  constructor(failure) {
    super(failure.detail);
    this.name = 'EngineError';
    this.failure = failure;
  }
}

/** @returns {never} */
export function fail(code, detail, values) {
  throw new EngineError({ code, detail, ...(values && { values }) });
}
