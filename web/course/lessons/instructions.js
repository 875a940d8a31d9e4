// Rows of instruction, input and response from a file of the reader's: JSON in Alpaca's form (an
// array, or an object a line) or a table. All rows or none: what is wrong is told with its row.

import { bytesOf, fail } from '../../engine/failure.js';
import { readTable } from '../../engine/table.js';

/** Above this nobody tunes in a page. */
const LIMIT_MEGABYTES = 32;

/** The columns' names as the command line knows them, here also without accents. */
const COLUMNS = {
  instruction: ['instruction', 'instrucao', 'pergunta', 'question', 'prompt'],
  input: ['input', 'entrada', 'contexto', 'context'],
  response: ['output', 'response', 'resposta', 'answer', 'saida'],
  language: ['language', 'idioma', 'lingua'],
};

/**
 * @typedef {{instruction: string, input: string, response: string, language?: string}} Row
 */

const bare = (name) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
const rowFailure = (row, code, what) => fail(code, `Row ${row} ${what}.`, { row });

/** One record, of whatever its values are. @returns {Row} */
function checked(given, row) {
  const take = (names) => {
    const value = names.map((name) => given[name]).find((each) => each !== undefined
      && each !== null) ?? '';
    if (typeof value !== 'string') {
      rowFailure(row, 'INSTRUCTIONS_KIND', `has a value of "${names[0]}" that is no text`);
    }
    return value.trim();
  };
  const [instruction, input] = [take(['instruction']), take(['input'])];
  const [response, language] = [take(['output', 'response']), take(['language'])];
  if (!instruction) rowFailure(row, 'INSTRUCTIONS_NO_INSTRUCTION', 'has no instruction');
  if (!response) rowFailure(row, 'INSTRUCTIONS_NO_RESPONSE', 'has no response');
  return { instruction, input, response, ...(language && { language }) };
}

function parsed(text, row) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    rowFailure(row, 'INSTRUCTIONS_JSON', `is no JSON: ${error.message}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    rowFailure(row, 'INSTRUCTIONS_JSON', 'is no object {"instruction", "input", "output"}');
  }
  return value;
}

/** The elements of a JSON array as texts, cut at its own commas: each is read for itself. */
export function elements(text) {
  const found = [];
  let [depth, begin, inString] = [0, text.indexOf('[') + 1, false];
  for (let i = begin; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if (depth > 0 && (c === '}' || c === ']')) depth--;
    else if (c === ',' && depth === 0) {
      found.push(text.slice(begin, i));
      begin = i + 1;
    } else if (c === ']') {
      if (text.slice(begin, i).trim() || found.length) found.push(text.slice(begin, i));
      return { found, rest: text.slice(i + 1).trim() };
    }
  }
  return { found: [...found, text.slice(begin)], rest: null };
}

function fromArray(text) {
  const { found, rest } = elements(text);
  const rows = found.map((each, i) => checked(parsed(each, i + 1), i + 1));
  if (rest === null) {
    rowFailure(found.length, 'INSTRUCTIONS_JSON', 'is the last: the array does not end with ]');
  }
  if (rest) rowFailure(found.length, 'INSTRUCTIONS_JSON', 'has something behind the array');
  return rows;
}

const fromLines = (text) => text.split('\n')
  .map((line, i) => [line, i + 1]).filter(([line]) => line.trim())
  .map(([line, row]) => checked(parsed(line, row), row));

/** @returns {string} as UTF-8, or UTF-16 where a mark says so */
function decoded(bytes) {
  const [a, b] = bytes;
  const name = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be'
    : 'utf-8';
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes);
  } catch {
    return fail('CSV_NOT_TEXT', 'The file is not a text in UTF-8.');
  }
}

function columnOf(columns, kind) {
  const names = columns.map(bare);
  return COLUMNS[kind].map((wanted) => names.indexOf(wanted)).find((at) => at >= 0) ?? -1;
}

async function fromTable(file, name, formats) {
  const { columns, rows } = await readTable(file, name, formats);
  const [instruction, input, response, language] = Object.keys(COLUMNS)
    .map((kind) => columnOf(columns, kind));
  if (instruction < 0 || response < 0) {
    fail('INSTRUCTIONS_COLUMNS', 'A table needs a column "instruction" and one "response" (or '
      + `"output"), and perhaps one "input". There are: ${columns.join(', ')}.`,
    { columns: columns.join(', ') });
  }
  return rows.map((cells, i) => checked({
    instruction: cells[instruction], input: cells[input], response: cells[response],
    language: cells[language] }, i + 1));
}

/**
 * @param {Blob} file
 * @param {string} name
 * @param {import('../../engine/table.js').CsvFormats} formats
 * @returns {Promise<Row[]>}
 */
export async function readInstructions(file, name, formats) {
  const megabytes = Math.ceil(file.size / 2 ** 20);
  if (megabytes > LIMIT_MEGABYTES) {
    fail('CSV_TOO_LARGE', `The file has ${megabytes} MB; the limit is ${LIMIT_MEGABYTES} MB.`,
      { megabytes, limit: LIMIT_MEGABYTES });
  }
  let rows;
  const start = new TextDecoder().decode(await bytesOf(file.slice(0, 4096))).trimStart();
  const isTable = /\.(csv|tsv)$/i.test(name) || (!/\.jsonl?$/i.test(name) && !/^[[{]/.test(start));
  if (isTable) rows = await fromTable(file, name, formats);
  else {
    const text = decoded(await bytesOf(file)).trim();
    rows = text.startsWith('[') ? fromArray(text) : fromLines(text);
  }
  if (rows.length === 0) fail('INSTRUCTIONS_EMPTY', 'There is no row in the file.');
  return rows;
}

/** @param {import('../service.js').Context} context */
export function createInstructions({ bridge }) {
  return {
    /** @returns {Promise<{name: string, rows: Row[]}>} */
    openInstructions: async (file, name) => ({
      name, rows: await readInstructions(file, name, await bridge()) }),
  };
}
