// A teacher's table as spreadsheets of the region write it: semicolons, Windows-1252, CR LF,
// quotes and line breaks within cells, and a few rows that are not in order.

const positive = [
  'ótima',
  'excelente',
  'muito boa',
  'maravilhosa',
  'divertida',
  'inspiradora',
  'clara',
  'útil',
];
const negative = [
  'péssima',
  'horrível',
  'muito ruim',
  'cansativa',
  'confusa',
  'chata',
  'perdida',
  'inútil',
];
const things = ['A aula', 'A prova', 'A oficina', 'A palestra', 'A leitura', 'A visita'];

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

function row(number, text, label) {
  return `${number};${quoted(text)};${label}`;
}

function* texts() {
  let number = 0;
  for (const thing of things) {
    for (let i = 0; i < positive.length; i++) {
      yield [++number, `${thing} foi ${positive[i]}, gostei;\r\nquero "mais".`, 'elogio'];
      yield [++number, `${thing} foi ${negative[i]}, não gostei.`, 'crítica'];
    }
  }
}

/** Rows 97, 98 and 99 are odd: without a text, without a label, and a repetition of row 2. */
export function classDiary() {
  const rows = [...texts()];
  const lines = rows.map((cells) => row(...cells));
  lines.push(row(97, '', 'elogio'), row(98, 'Sem opinião.', ''), row(99, rows[1][1], rows[1][2]));
  const text = `número;comentário;situação\r\n${lines.join('\r\n')}\r\n`;
  return { name: 'diário.csv', bytes: Buffer.from(text, 'latin1'), rows: lines.length };
}
