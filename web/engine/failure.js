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

/** The bytes of a file of the user's, which may be gone or changed since it was chosen. */
export async function bytesOf(blob) {
  const buffer = await blob.arrayBuffer().catch((error) =>
    fail('FILE_UNREADABLE', `The browser cannot read the file: ${error.message}`));
  return new Uint8Array(buffer);
}

/**
 * Every reply is {value} or {failure}: an exception would lose all but its message on the way to
 * the page.
 */
export function replying(methods) {
  const wrapped = (method) => async (...args) => {
    try {
      return { value: await method(...args) };
    } catch (error) {
      return { failure: error.failure
        ?? { code: 'CRASH', detail: `The engine stopped: ${error?.message ?? error}` } };
    }
  };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, wrapped(method)]));
}
