// A file of instructions as readers bring it: Alpaca's array, lines, tables; and what is said of
// what is wrong, with its row.

import { expect, test } from 'vitest';
import { dealt } from '../course/instructions.js';
import { readInstructions } from '../course/lessons/instructions.js';

const formats = {
  sniff: (bytes) => ({ encoding: 'utf-8', bom: 0, skip: 0,
    delimiter: new TextDecoder().decode(bytes).includes(';') ? ';' : ',' }),
};
const read = (content, name) => readInstructions(new Blob([content]), name, formats);
const failureOf = async (promise) => {
  const error = await promise.then(() => expect.fail('no failure'), (reason) => reason);
  return error.failure;
};

const rows = [
  { instruction: 'Say "a, b"', input: '', response: 'a, b' },
  { instruction: 'Traduza: [x] {y}', input: 'coração\\', response: 'heart\n{]' },
];
const alpaca = rows.map(({ response, ...row }) => ({ ...row, output: response }));

test('an array, an object a line, and a table give the same rows', async () => {
  expect(await read(JSON.stringify(alpaca, null, 2), 'a.json')).toEqual(rows);
  const lines = alpaca.map((row) => JSON.stringify(row)).join('\r\n\n');
  expect(await read(`\ufeff${lines}\n`, 'a.jsonl')).toEqual(rows);
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const table = rows.map((row) => Object.values(row).map(quoted).join(';')).join('\n');
  expect(await read(`Instrução;Entrada;Resposta\n${table}`, 'a.csv')).toEqual(rows);
  const two = await read('"output","instruction"\n"yes","Is it?"', 'data.txt');
  expect(two).toEqual([{ instruction: 'Is it?', input: '', response: 'yes' }]);
});

test('UTF-16 is read where its mark says so', async () => {
  const bytes = Buffer.from(`\ufeff${JSON.stringify(alpaca)}`, 'utf16le');
  expect(await read(bytes, 'a.json')).toEqual(rows);
  const latin = Buffer.from('[{"instruction":"não"}]', 'latin1');
  expect((await failureOf(read(latin, 'a.json'))).code).toBe('CSV_NOT_TEXT');
});

test('"response" is another name for "output", null is nothing, other members do not matter',
  async () => {
    const given = [{ instruction: ' a ', input: null, response: 'b', id: 7 }];
    expect(await read(JSON.stringify(given), 'a.json'))
      .toEqual([{ instruction: 'a', input: '', response: 'b' }]);
  });

test('what is wrong is told with its row', async () => {
  const good = JSON.stringify(alpaca[0]);
  const cases = [
    [`[${good}, {"instruction": "a", "output": " "}]`, 'INSTRUCTIONS_NO_RESPONSE', 2],
    [`[${good}, ${good}, {"output": "a"}]`, 'INSTRUCTIONS_NO_INSTRUCTION', 3],
    [`[${good}, {"instruction": ["a"], "output": "b"}]`, 'INSTRUCTIONS_KIND', 2],
    [`[${good}, {"instruction": 'a'}]`, 'INSTRUCTIONS_JSON', 2],
    [`[${good}, 3]`, 'INSTRUCTIONS_JSON', 2],
    [`[${good}, ]`, 'INSTRUCTIONS_JSON', 2],
    [`[${good}`, 'INSTRUCTIONS_JSON', 1],
    [`[${good}] x`, 'INSTRUCTIONS_JSON', 1],
    [`${good}\n\n${good.slice(0, -1)}`, 'INSTRUCTIONS_JSON', 3],
  ];
  for (const [content, code, row] of cases) {
    expect(await failureOf(read(content, 'a.json'))).toMatchObject({ code, values: { row } });
  }
  expect((await failureOf(read('[]', 'a.json'))).code).toBe('INSTRUCTIONS_EMPTY');
  const table = await failureOf(read('instruction,response\na,b\nc,\n', 'a.csv'));
  expect(table).toMatchObject({ code: 'INSTRUCTIONS_NO_RESPONSE', values: { row: 2 } });
  const others = await failureOf(read('texto,classe\na,b\n', 'a.csv'));
  expect(others).toMatchObject({ code: 'INSTRUCTIONS_COLUMNS',
    values: { columns: 'texto, classe' } });
});

test('rows are dealt evenly, all of them, the same ones every time', () => {
  for (const count of [1, 2, 3, 12, 13, 24, 72, 500]) {
    const all = Array.from({ length: count }, (_, i) => ({ instruction: `${i}` }));
    const { train, test: held } = dealt(all);
    expect([...train, ...held].map(({ row }) => row).sort((a, b) => a - b))
      .toEqual(all.map((_, i) => i + 1));
    expect(held.length).toBe(Math.min(12, Math.max(2, Math.floor(count / 6)), count - 1));
    expect(train.length).toBeGreaterThan(0);
  }
  expect(dealt(Array(24).fill({})).test.map(({ row }) => row)).toEqual([6, 12, 18, 24]);
});
