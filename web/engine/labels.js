// A label as C keeps it (src/data/labeled.h): trimmed, and without NUL.

/** ASCII white space and U+00A0 at both ends, as afina_text_trim takes them off. */
export const trimmed = (text) => text.replace(/^[\t-\r \u00a0]+|[\t-\r \u00a0]+$/g, '');

export const keptLabel = (label) => trimmed(label).replaceAll('\0', '\ufffd');

/** AFINA_MAX_LABEL: bytes of UTF-8. */
const MOST_BYTES = 1000;

/** Whether C takes it for a label; an empty one would be a row without a label. */
export function isLabel(text) {
  const size = new TextEncoder().encode(trimmed(text)).length;
  return size > 0 && size <= MOST_BYTES;
}
