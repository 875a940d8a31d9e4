// The rows of instruction, input and response that chapter 7's diagrams share: a set of ours by its
// name, or the reader's own file, kept while one goes from diagram to diagram.

import { currentLanguage, hasText, number, t } from '../i18n/index.js';
import { h, newId } from '../ui/dom.js';
import './instructions.css';

/** Of `count` rows every so many-th is held out, at least 2 and at most 12. */
const EVERY = 6;
const [FEWEST, MOST] = [2, 12];
const OWN = '';
/** Ours, the quickest first; others come behind them. */
const ORDER = ['classroom', 'dialect', 'brand', 'field', 'jargon', 'general'];

const files = import.meta.glob('./data/*.json', { import: 'default' });
const languageOf = () => (currentLanguage() === 'pt-BR' ? 'pt' : 'en');

/** {name: load} of the sets in the page's language: data/NAME-pt.json, data/NAME-en.json. */
function setsOf(language) {
  const named = Object.entries(files).map(([path, load]) => [
    new RegExp(`/([\\w-]+)[.-]${language}(-BR)?\\.json$`).exec(path)?.[1], load]);
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return Object.fromEntries(named.filter(([name]) => name)
    .sort(([a], [b]) => place(a) - place(b)));
}

/** What the reader has chosen, for as long as the page is open. */
const chosen = { set: undefined, own: null };

const fromAlpaca = ({ instruction, input = '', output, response = output }) => (
  { instruction, input, response });

/**
 * Which rows train and which are held out: spread evenly, the same ones every time.
 *
 * @param {{instruction: string, input: string, response: string}[]} all
 */
export function dealt(all) {
  const rows = all.map((row, i) => ({ ...row, row: i + 1 }));
  const held = Math.min(MOST, Math.max(FEWEST, Math.floor(rows.length / EVERY)), rows.length - 1);
  const places = new Set(Array.from({ length: Math.max(held, 0) },
    (_, i) => Math.floor(((i + 1) * rows.length) / held) - 1));
  return { rows, train: rows.filter((_, i) => !places.has(i)),
    test: rows.filter((_, i) => places.has(i)) };
}

/**
 * @typedef {object} Instructions
 * @property {string} key      tells these rows from others
 * @property {string} title    as the page calls them
 * @property {'pt'|'en'} language   of the template
 * @property {object[]} rows   {row, instruction, input, response, language}, row: its number in
 *           the file
 * @property {object[]} train
 * @property {object[]} test   held out
 */

/** @param {object} frame   of frame.js */
export function createInstructions(frame) {
  const language = languageOf();
  const sets = setsOf(language);
  const names = Object.keys(sets);
  const [first] = names;
  const told = frame.get('set');
  if (told && sets[told]) Object.assign(chosen, { set: told });
  const title = (name) => (hasText(`instructions.set.${name}`)
    ? t(`instructions.set.${name}`) : name);
  const current = () => (chosen.set === OWN && chosen.own ? OWN
    : (sets[chosen.set] ? chosen.set : first));

  /** @returns {Promise<Instructions>} */
  async function get() {
    const name = current();
    if (name === OWN) return spoken(chosen.own);
    const all = (await sets[name]()).map(fromAlpaca);
    return spoken({ key: name, title: title(name), all });
  }

  /** With the language of the page in every row that has none: templates are in it. */
  function spoken({ key, title: words, all }) {
    const rows = all.map((row) => ({ language, ...row }));
    return { key: `${key}-${language}`, title: words, language, ...dealt(rows) };
  }

  async function open(file) {
    const { name, rows } = await frame.ask('openInstructions', file, file.name);
    if (rows.length < FEWEST + 1) {
      throw Object.assign(new Error(), { failure: { code: 'INSTRUCTIONS_FEW',
        detail: `${name} has ${rows.length} rows; ${FEWEST + 1} are the least: some are held out.`,
        values: { count: rows.length, least: FEWEST + 1 } } });
    }
    const size = `${rows.length}-${rows.reduce((sum, row) => sum + row.response.length, 0)}`;
    chosen.own = { key: `${name}-${size}`, title: name, all: rows };
    choose(OWN);
  }

  function choose(name) {
    chosen.set = name;
    frame.set({ set: name || undefined });
  }

  /** What chooses the rows. @param {() => void} onChange */
  function control(onChange) {
    const [id, fileId] = [newId('instructions'), newId('instructions')];
    const option = (name, words) => h('option', { value: name }, words);
    const select = h('select', { id, 'data-set': true, onchange: () => {
      choose(select.value);
      onChange();
    } });
    const show = () => {
      select.replaceChildren(...names.map((name) => option(name, title(name))),
        ...(chosen.own ? [option(OWN, t('instructions.own',
          { name: chosen.own.title, rows: number(chosen.own.all.length) }))] : []));
      select.value = current();
    };
    const input = h('input', { type: 'file', id: fileId, class: 'visually-hidden',
      accept: '.json,.jsonl,.csv,.tsv,.txt,application/json,text/csv', onchange: async () => {
        const [file] = input.files;
        input.value = '';
        if (!file) return;
        try {
          await open(file);
          show();
          onChange();
        } catch (error) {
          frame.fail(error);
        }
      } });
    show();
    return h('div', { class: 'rows-control' },
      h('label', { for: id }, t('instructions.title'), select), ' ', input,
      h('label', { for: fileId, class: 'link' }, t('instructions.open')));
  }

  return { get, control };
}
