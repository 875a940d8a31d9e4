// Writes CSV (RFC 4180). Cells are data: nothing but quoting is done to them.

const BYTE_ORDER_MARK = '\ufeff';

/** Spreadsheets take UTF-8 for their own code page unless a byte order mark tells them. */
export const wantsMark = ({ bom, encoding }) => bom || encoding !== 'utf-8';

/** A function that writes one row, line break included. */
export function rowWriter(delimiter) {
  const special = new RegExp(`["\\r\\n${delimiter}]|^\\s|\\s$`);
  const quoted = (cell) => (special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return (cells) => `${cells.map((cell) => quoted(String(cell))).join(delimiter)}\r\n`;
}

/** @param {string[]} parts */
export const csvBlob = (parts, mark) =>
  new Blob([...(mark ? [BYTE_ORDER_MARK] : []), ...parts], { type: 'text/csv;charset=utf-8' });

/** As many digits as a float32 has. */
export const probability = (value) => String(Number(value.toPrecision(7)));

/** Names of the added columns, different from those that the table has. */
export const probabilityName = (label) => `p(${label})`;
