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
