// Reads a user's CSV: bytes to rows of cells. Encoding and delimiter come from the C library, which
// tells the command line the same (law 1); Papa Parse does the rest, in slices, so that the worker
// answers meanwhile.

import Papa from 'papaparse';
import { columnNames, guessColumns } from './columns.js';
import { bytesOf, fail } from './failure.js';

/** Above this the text would come close to the longest string that browsers hold. */
const LIMIT_MEGABYTES = 256;
/** What the C library looks at to tell encoding and delimiter (AFINA_CSV_SAMPLE). */
const SNIFF_BYTES = 262144;
/** Characters parsed between two chances to answer other requests: a few milliseconds. */
const SLICE = 1 << 19;
/** A row may span this many slices; a longer one has a quote that nobody closed. */
const SLICES_PER_ROW = 8;
const WARNINGS = 1000;
const PREVIEW_ROWS = 8;
const PREVIEW_CELL = 200;

/**
 * @typedef {object} Table
 * @property {string} name
 * @property {string} encoding
 * @property {boolean} bom
 * @property {string} delimiter
 * @property {'\n'|'\r'} lineBreak   what ends rows
 * @property {number} begin          where the header begins in the UTF-8 text without its mark
 * @property {string|null} sha256    of the file; null where the page is no secure context
 * @property {string[]} header       as written
 * @property {string[]} columns      their names, unique
 * @property {string[][]} rows       of as many cells as the file has there
 * @property {{row: number, code: string, detail: string}[]} warnings
 * @property {number} warningCount
 */

/**
 * What the C library knows about files, through the bridge.
 *
 * @typedef {object} CsvFormats
 * @property {(start: Uint8Array, complete: boolean)
 *           => {encoding: string, delimiter: string, bom: number, skip: number}} sniff
 * @property {(bytes: Uint8Array, encoding: string) => Uint8Array} toUtf8
 */

/**
 * @param {Blob} file
 * @param {string} name
 * @param {CsvFormats} formats
 * @param {{columns?: number}} [least]   fewer columns than this are a failure
 * @returns {Promise<Table>}
 */
export async function readTable(file, name, formats, { columns: least = 2 } = {}) {
  const megabytes = Math.ceil(file.size / 2 ** 20);
  if (megabytes > LIMIT_MEGABYTES) {
    fail('CSV_TOO_LARGE', `The file has ${megabytes} MB; the limit is ${LIMIT_MEGABYTES} MB.`,
      { megabytes, limit: LIMIT_MEGABYTES });
  }
  const bytes = await bytesOf(file);
  if (bytes.length === 0) fail('CSV_EMPTY', 'The file has no bytes.');
  refuseKnownBinary(bytes);
  const format = formats.sniff(bytes.subarray(0, SNIFF_BYTES), bytes.length <= SNIFF_BYTES);
  if (!format.encoding.startsWith('utf-16')) refuseZeroBytes(bytes.subarray(0, SNIFF_BYTES));
  const text = decode(bytes, format.encoding, formats).slice(format.skip);
  const lineBreak = lineBreakOf(text);
  const { header, rows, warnings, warningCount } = await parse(text, format.delimiter, lineBreak);
  if (!header) fail('CSV_EMPTY', 'The file holds nothing but white space.');
  if (header.length < least) {
    fail('CSV_ONE_COLUMN', 'The header has one column only: a table needs one of texts and one of '
      + 'labels, divided by commas, semicolons or tabs.', { delimiter: format.delimiter });
  }
  if (rows.length === 0) fail('CSV_EMPTY', 'There is a header and no row below it.');
  return {
    name, encoding: format.encoding, bom: format.bom > 0, delimiter: format.delimiter,
    lineBreak, begin: format.skip, sha256: await sha256(bytes),
    header, columns: columnNames(header), rows, warnings, warningCount,
  };
}

/** What tells a file from all others: corrections are kept by it. */
async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** UTF-8 without its mark, by the browser; what is older, by the C library. */
function decode(bytes, encoding, { toUtf8 }) {
  if (encoding === 'utf-8') return new TextDecoder().decode(bytes);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(toUtf8(bytes, encoding));
}

/** @returns {import('./types.js').TableInfo} */
export function tableInfo(table) {
  const { name, sha256: hash, columns, rows, delimiter, encoding } = table;
  const { warnings, warningCount } = table;
  const preview = rows.slice(0, PREVIEW_ROWS)
    .map((row) => columns.map((_, i) => cut(row[i] ?? '')));
  const guess = guessColumns(columns, rows);
  return {
    name, sha256: hash, rows: rows.length, columns, delimiter, encoding, preview, guess, warnings,
    warningCount,
  };
}

/** Cut between characters, never inside one. */
const cut = (cell) => (cell.length <= PREVIEW_CELL ? cell
  : `${cell.slice(0, PREVIEW_CELL).replace(/[\ud800-\udbff]$/, '')}…`);

function refuseKnownBinary(bytes) {
  const starts = (...signature) => signature.every((byte, i) => bytes[i] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0xd0, 0xcf, 0x11, 0xe0)) {
    fail('CSV_SPREADSHEET', 'This is a spreadsheet or an archive, not a CSV file. Open it in the '
      + 'spreadsheet program and save it as CSV.');
  }
}

function refuseZeroBytes(start) {
  const at = start.indexOf(0);
  if (at < 0) return;
  fail('CSV_NOT_TEXT', `The file is not a text: there is a zero byte at position ${at}.`);
}

/**
 * The character that ends rows. Where rows end with CR LF it is LF, and the CR is taken off the
 * last cell, so that
 * a file of both kinds reads as well. Breaks inside quotes do not count, and are kept as they are.
 */
function lineBreakOf(text) {
  const outside = text.slice(0, SLICE).replace(/"[^"]*"/g, '');
  return outside.includes('\n') || !outside.includes('\r') ? '\n' : '\r';
}

/** Parses in slices; between them other requests get their turn. */
function parse(text, delimiter, newline) {
  const collected = collector();
  let idle = 0;
  return new Promise((resolve, reject) => {
    Papa.parse(text, {
      delimiter,
      newline,
      chunkSize: SLICE,
      chunk(results, parser) {
        try {
          idle = results.data.length > 0 ? 0 : idle + 1;
          if (idle > SLICES_PER_ROW) brokenQuote(collected.rows.length + 1);
          collected.add(results);
          parser.pause();
          setTimeout(() => parser.resume());
        } catch (error) {
          reject(error); // before abort(), which completes
          parser.abort();
        }
      },
      complete: () => resolve(collected),
      error: reject,
    });
  });
}

function brokenQuote(row) {
  const where = row === 0 ? 'the header' : `row ${row}`;
  fail('CSV_BROKEN', `A quote (") that opens in ${where} never closes. Close it, or double it ("") `
    + 'where it is part of the text.', { row });
}

/** Gathers the slices: the header, the rows below it, and what is odd about them. */
function collector() {
  return {
    header: null,
    rows: [],
    warnings: [],
    warningCount: 0,
    add({ data, errors }) {
      const quotes = errors.filter(({ type }) => type === 'Quotes');
      const odd = new Map(quotes.map(({ row, code }) => [row, code]));
      data.forEach((cells, i) => {
        const last = cells.length - 1;
        if (cells[last].endsWith('\r')) cells[last] = cells[last].slice(0, -1);
        const blank = last === 0 && cells[0] === '';
        if (!blank) this.addRow(cells);
        if (odd.get(i) === 'MissingQuotes') brokenQuote(this.rows.length);
        if (odd.has(i)) this.warn('QUOTE', 'has a quote in the middle of a quoted cell');
      });
    },
    addRow(cells) {
      if (!this.header) {
        this.header = cells;
        return;
      }
      this.rows.push(cells);
      const due = this.header.length;
      if (cells.length === due) return;
      const code = cells.length < due ? 'CELLS_FEW' : 'CELLS_MANY';
      this.warn(code, `has ${cells.length} cells where the header has ${due}`);
    },
    warn(code, what) {
      this.warningCount++;
      if (this.warnings.length >= WARNINGS) return;
      const row = this.rows.length;
      this.warnings.push({ row, code, detail: `Row ${row} ${what}.` });
    },
  };
}
