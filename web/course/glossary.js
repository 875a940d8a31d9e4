// The glossary: finds its terms in a text and makes them buttons, shows one of them in a small
// dialog, or all of them as a page. Also the main page's, which loads it behind its own words.

import { addWords, currentLanguage, languages, t } from '../i18n/index.js';
import { fill, h, icon, newId } from '../ui/dom.js';
import './glossary.css';
import { words as general } from './words/glossary.js';
import { words as tuning } from './words/glossary-tuning.js';

addWords(general);
addWords(tuning);

/** The terms that are seen in each diagram. */
export const SEEN = {
  '5-01-pipeline-treinamento': ['tokenizer', 'bpe', 'vocabulary', 'embedding', 'vector', 'tensor',
    'gpt', 'language-model', 'attention', 'mlp', 'context', 'forward', 'pretraining',
    'backpropagation'],
  '5-02-cross-entropy': ['token', 'softmax', 'probability', 'cross-entropy', 'loss', 'perplexity',
    'bits-per-byte', 'end-of-text'],
  '5-03-loop-treinamento': ['gradient', 'optimizer', 'adamw', 'learning-rate', 'batch', 'step',
    'epoch', 'held-out', 'overfitting'],
  '5-04-decoding-strategies': ['seed', 'decoding', 'sampling', 'greedy', 'temperature', 'top-k',
    'top-p', 'prompt', 'kv-cache'],
  '5-05-checkpoints': ['checkpoint', 'quantization'],
  '6-01-pretrain-vs-finetune': ['fine-tuning', 'baseline'],
  '6-02-classification-head': ['logits', 'head', 'readout'],
  '6-03-freeze-vs-unfreeze': ['parameters', 'layer', 'block', 'freeze', 'unfreeze',
    'gradual-unfreezing', 'adapter', 'lora'],
  '6-04-treino-classificacao-pipeline': ['classifier', 'class', 'label', 'ngrams'],
  '6-05-metricas-confusion-matrix': ['confusion-matrix', 'accuracy', 'precision', 'recall', 'f1',
    'macro-average', 'weighted-f1', 'log-loss', 'threshold', 'calibration', 'test-set'],
  '7-01-instruction-tuning-visao-geral': ['instruction-tuning', 'base-model'],
  '7-02-formato-dados-instrucao': ['template'],
  '7-03-mascaramento-loss-resposta': ['mask'],
  '7-04-pipeline-sft': ['sft', 'prefix-tuning', 'prompt-tuning', 'delta'],
  '7-05-avaliacao-respostas': ['response-perplexity', 'exact-match', 'token-f1'],
};
const seenIn = new Map(Object.entries(SEEN).flatMap(
  ([id, terms]) => terms.map((term) => [term, id])));

/** Wide enough for the dialog to stand beside its term; below, it comes from the bottom. */
const WIDE = 640;
const GAP = 8;
const parts = (text) => (text ? text.split('; ') : []);
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** For comparing: small letters without accents. */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const made = new Map();

/**
 * The terms of one language, in its order, and how to find them in its texts.
 *
 * @returns {{terms: {id: string, name: string, also: string[], says: string, seen?: string}[],
 *            pattern: RegExp, byName: Map<string, string>}}
 */
function glossaryOf(tag) {
  if (made.has(tag)) return made.get(tag);
  const terms = [];
  const byName = new Map();
  for (const [key, term] of Object.entries({ ...general[tag], ...tuning[tag] })) {
    if (!key.startsWith('term.')) continue;
    const id = key.slice('term.'.length);
    const also = parts(term.also);
    terms.push({ id, name: term.name, also, says: term.says, seen: seenIn.get(id) });
    for (const name of [term.name, ...also, ...parts(term.forms)]) byName.set(plain(name), id);
  }
  terms.sort((a, b) => a.name.localeCompare(b.name, tag));
  // The longest first: "F1 de tokens" is not "F1". Names as they are written, accents and all.
  const names = terms.flatMap(({ id, name, also }) => [
    name, ...also, ...parts({ ...general[tag], ...tuning[tag] }[`term.${id}`].forms)]);
  const any = names.sort((a, b) => b.length - a.length).map(escaped).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?:e?s)?(?![\\p{L}\\p{N}])`, 'giu');
  const glossary = { terms, pattern, byName };
  made.set(tag, glossary);
  return glossary;
}

/** The term that has this name, or one of its plurals. */
function termNamed({ byName }, words) {
  const name = plain(words);
  return [name, name.replace(/s$/, ''), name.replace(/es$/, '')]
    .map((each) => byName.get(each)).find(Boolean);
}

/**
 * The terms in a text, each where it first stands.
 *
 * @returns {(string|{id: string, words: string})[]}   the text's parts in their order
 */
export function findTerms(text, tag = currentLanguage(), except) {
  const glossary = glossaryOf(tag);
  const found = [];
  const seen = new Set([except]);
  let end = 0;
  for (const { 0: words, index } of text.matchAll(glossary.pattern)) {
    const id = termNamed(glossary, words);
    if (!id || seen.has(id)) continue;
    seen.add(id);
    found.push(text.slice(end, index), { id, words });
    end = index + words.length;
  }
  return [...found, text.slice(end)].filter((part) => part !== '');
}

/**
 * The terms of a language that have all these words, in whichever language they are told: those
 * that have them in a name before those that only speak of them.
 */
export function searchTerms(query, tag = currentLanguage()) {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const has = (id, parts) => {
    const words = plain(languages.flatMap((each) => parts(
      { ...general[each], ...tuning[each] }[`term.${id}`])).join(' '));
    return wanted.every((each) => words.includes(each));
  };
  const { terms } = glossaryOf(tag);
  const named = terms.filter(({ id }) => has(id, ({ name, also }) => [name, also]));
  return [...named, ...terms.filter((term) => !named.includes(term)
    && has(term.id, Object.values))];
}

/**
 * @param {(id: string|'glossary') => Node|null} link   to a diagram, where there is one, or to the
 *        glossary's page
 */
export function createGlossary(link) {
  const titleId = newId('term');
  const dialog = h('dialog', { class: 'card term-card', 'aria-labelledby': titleId, onclick });
  let opener = null;
  dialog.addEventListener('close', () => {
    // What was pressed may have been drawn anew since.
    if (!opener || opener.isConnected) return;
    document.querySelector(`.term[data-term="${opener.dataset.term}"]`)?.focus();
  });

  /** A press beside the card closes it, and so does a link in it. */
  function onclick({ target }) {
    if (target === dialog || target.closest('a')) dialog.close();
  }

  /** Not a button element: a fieldset that is disabled while something runs would disable it. */
  const button = ({ id, words }) => h('span', { role: 'button', tabindex: '0', class: 'term',
    'data-term': id, 'aria-haspopup': 'dialog', onclick: (event) => open(id, event.target),
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      open(id, event.target);
    } }, words);

  /** A text as nodes: each term in it, but `except`, a button that opens it. */
  const say = (text, except) => findTerms(text, currentLanguage(), except)
    .map((part) => (typeof part === 'string' ? part : button(part)));

  /** A text that explains what stands over it: terms of the label alone are led to at its end. */
  function explain(text, label = '') {
    const inText = new Set(findTerms(text).map(({ id }) => id));
    const more = findTerms(label).filter(({ id }) => id && !inText.has(id)).map(({ id }) => button(
      { id, words: glossaryOf(currentLanguage()).terms.find((each) => each.id === id).name }));
    const listed = more.flatMap((each) => [', ', each]).slice(1);
    return [say(text), more.length ? [` ${t('glossary.title')}: `, listed, '.'] : null];
  }

  function about({ id, also, says, seen }) {
    const where = seen && link(seen);
    const hint = (...words) => h('p', { class: 'hint' }, words);
    return [h('p', {}, say(says, id)),
      also.length ? hint(t('glossary.also', { names: also.join(', ') })) : null,
      where ? hint(t('glossary.seen'), ' ', where) : null];
  }

  function place() {
    if (innerWidth < WIDE || dialog.contains(opener) || !opener) return;
    const at = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = dialog;
    const below = at.bottom + GAP + height <= innerHeight;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    dialog.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
    dialog.style.top = `${top}px`;
  }

  /** @param {Element} [from]   what was pressed; the focus comes back to it */
  function open(id, from) {
    const term = glossaryOf(currentLanguage()).terms.find((each) => each.id === id);
    if (!term) return;
    const title = h('h2', { id: titleId, tabindex: '-1' }, term.name);
    const close = h('button', { type: 'button', class: 'plain icon-only',
      'aria-label': t('glossary.close'), onclick: () => dialog.close() }, icon('close'));
    fill(dialog, h('div', { class: 'term-body' },
      h('header', {}, title, close), about(term),
      h('p', { class: 'hint' }, link('glossary'))));
    if (!dialog.open) {
      opener = from ?? null;
      for (const side of ['left', 'top']) dialog.style[side] = '';
      document.body.append(dialog);
      dialog.showModal();
    }
    place();
    title.focus();
  }

  /**
   * All terms, to be looked through.
   *
   * @param {{query?: string, onQuery?: (query: string) => void}} [options]
   */
  function page({ query = '', onQuery = () => {} } = {}) {
    const id = newId('glossary');
    const count = h('p', { class: 'hint', role: 'status' });
    const list = h('dl', { class: 'glossary' });
    function show(words) {
      const found = searchTerms(words);
      fill(list, found.map((term) => h('div', { id: `term-${term.id}` },
        h('dt', {}, term.name), h('dd', {}, about(term)))));
      list.hidden = !found.length;
      fill(count, found.length ? t('glossary.found', { count: found.length })
        : t('glossary.none'));
    }
    const input = h('input', { type: 'search', id, value: query, autocomplete: 'off',
      oninput: () => {
        show(input.value);
        onQuery(input.value);
      } });
    show(query);
    return h('section', { class: 'card course-card glossary-page' },
      h('h1', { tabindex: '-1' }, t('glossary.title')),
      h('p', { class: 'lead' }, t('glossary.about')),
      h('div', { class: 'glossary-search' }, h('label', { for: id }, t('glossary.search')), input,
        count),
      list);
  }

  return { say, explain, open, page };
}

/** The glossary of a page beside the course's, which stays open. */
export const glossaryBeside = () => createGlossary((id) => h('a', {
  href: `course.html#lang=${currentLanguage()}&show=${id}`, target: '_blank',
}, t(id === 'glossary' ? 'glossary.whole' : 'glossary.course')));
