// Writes CSV (RFC 4180), byte by byte as the command line does (src/cli). Cells are data: nothing
// but quoting is done to them.

const BYTE_ORDER_MARK = '\ufeff';

/** Spreadsheets take UTF-8 for their own code page unless a byte order mark tells them. */
export const wantsMark = ({ bom, encoding }) => bom || encoding !== 'utf-8';

/** A function that writes one row, line break included. */
export function rowWriter(delimiter) {
  const special = new RegExp(`["\\r\\n${delimiter}]`);
  const quoted = (cell) => (special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return (cells) => `${cells.map((cell) => quoted(String(cell))).join(delimiter)}\r\n`;
}

/** @param {(string|Uint8Array)[]} parts */
export const csvBlob = (parts, mark) =>
  new Blob([...(mark ? [BYTE_ORDER_MARK] : []), ...parts], { type: 'text/csv;charset=utf-8' });

export const probability = (value) => value.toFixed(6);
export const probabilityName = (label) => `p_${label}`;
