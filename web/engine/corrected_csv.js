// The user's own file with other labels: every byte that is not part of a changed cell stays as it
// is. Works on UTF-8, in which the characters that divide a table are bytes.

const QUOTE = 34;
const LF = 10;
const CR = 13;
const isSpace = (byte) => byte === 32 || (byte >= 9 && byte <= 13);

/** Behind a quoted cell that begins at `at`, as Papa Parse reads it: up to a quote that ends it. */
function behindQuotes(bytes, at, ends) {
  for (let quote = bytes.indexOf(QUOTE, at + 1); quote >= 0;) {
    if (bytes[quote + 1] === QUOTE) {
      quote = bytes.indexOf(QUOTE, quote + 2);
      continue;
    }
    let end = quote + 1;
    while (end < bytes.length && !ends(bytes[end]) && isSpace(bytes[end])) end++;
    if (end === bytes.length || ends(bytes[end])) return end;
    quote = bytes.indexOf(QUOTE, quote + 1);
  }
  return bytes.length;
}

/**
 * Reads one record into `cells`: begin and end of each. Returns where the line break behind it is.
 */
function readRecord(bytes, from, delimiter, lineBreak, cells) {
  const ends = (byte) => byte === delimiter || byte === lineBreak;
  cells.length = 0;
  for (let at = from; ; at++) {
    const begin = at;
    if (bytes[at] === QUOTE) at = behindQuotes(bytes, at, ends);
    while (at < bytes.length && !ends(bytes[at])) at++;
    cells.push(begin, at);
    if (at < bytes.length && bytes[at] === delimiter) continue;
    const last = cells.length - 1;
    if (cells[last] > cells[last - 1] && bytes[cells[last] - 1] === CR) cells[last]--;
    return at;
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What the cell says. */
function cellText(bytes, begin, end) {
  const raw = decoder.decode(bytes.subarray(begin, end));
  if (!raw.startsWith('"')) return raw;
  const last = raw.lastIndexOf('"');
  return raw.slice(1, Math.max(last, 1)).replaceAll('""', '"');
}

/** Writes a cell: in quotes where they are needed, or where the one that it replaces has them. */
function quoter(delimiter) {
  const special = new RegExp(`["\\r\\n${delimiter}]`);
  return (text, always = false) =>
    (always || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

/**
 * @typedef {object} Corrections
 * @property {string} delimiter
 * @property {'\n'|'\r'} lineBreak   what ends rows (table.js)
 * @property {number} begin          where the header begins
 * @property {number} column         of the labels
 * @property {Map<number, string|null>} labels   by row number; null: the row is left out
 * @property {{name: string, width: number, of: (row: number) => string}} [mark]   a column more,
 *           behind the `width` that the longest row has
 */

/**
 * @param {Uint8Array} bytes
 * @param {Corrections} corrections
 * @returns {{parts: Uint8Array[], rows: number, before: Map<number, string>}}   the parts of the
 *   file, how many rows it was found to have, and what the changed ones said
 */
export function correctedParts(bytes, corrections) {
  const { delimiter, lineBreak, begin, column, labels, mark } = corrections;
  const encoder = new TextEncoder();
  const write = quoter(delimiter);
  const [divider, newline] = [delimiter.charCodeAt(0), lineBreak.charCodeAt(0)];
  const parts = [];
  const cells = [];
  const before = new Map();
  let kept = 0; // what is copied as it is begins here
  let row = -1; // 0 is the header

  function replace(from, to, text) {
    parts.push(bytes.subarray(kept, from));
    if (text) parts.push(encoder.encode(text));
    kept = to;
  }

  /** Returns how many cells the row has then. */
  function relabel(label, end) {
    const [from, to] = [cells[2 * column], cells[2 * column + 1]];
    const missing = column + 1 - cells.length / 2;
    if (missing > 0) replace(end, end, delimiter.repeat(missing) + write(label));
    else replace(from, to, write(label, bytes[from] === QUOTE));
    return Math.max(cells.length / 2, column + 1);
  }

  for (let at = begin; at < bytes.length;) {
    const start = at;
    const stop = readRecord(bytes, at, divider, newline, cells);
    at = stop + 1;
    const end = cells.at(-1);
    if (cells.length === 2 && cellText(bytes, cells[0], end) === '') continue; // a blank line
    row++;
    const label = row > 0 ? labels.get(row) : undefined;
    let width = cells.length / 2;
    if (label !== undefined) {
      before.set(row, width > column ? cellText(bytes, ...cells.slice(2 * column)) : '');
      if (label === null) {
        replace(start, Math.min(at, bytes.length));
        continue;
      }
      width = relabel(label, end);
    }
    if (!mark) continue;
    const behind = Math.max(kept, end);
    const text = row === 0 ? mark.name : mark.of(row);
    replace(behind, behind, delimiter.repeat(mark.width - width + 1) + write(text));
  }
  parts.push(bytes.subarray(kept));
  return { parts, rows: Math.max(row, 0), before };
}
