// Which words did it: a text whose words are coloured, and underlined, by what each did for a
// class.

import { fixed, t } from '../i18n/index.js';
import { fill, h, newId, table } from './dom.js';

/** Milliseconds without typing before the gradient is asked for, and before words are left out. */
const PAUSE = 150;
const IDLE = 700;
/** Words left out in one request, and at most. */
const WORDS_AT_ONCE = 8;
const MOST_WORDS = 240;
/** How strongly a word is marked. */
const STRENGTHS = 4;
const PREDICTED = -1;

/** What a word did by a method; null while it is not known. */
export const effectOf = (word, method) =>
  method === 'leave' ? word.leave_one_out : word.gradient + word.ngrams;

/** 1 .. STRENGTHS for what counts beside the strongest; 0: next to nothing. */
export function strengthOf(effect, strongest) {
  if (!(strongest > 0)) return 0;
  return Math.round((STRENGTHS * Math.abs(effect)) / strongest);
}

/** A text in pieces, words and what stands between them; C counts bytes of UTF-8. */
export function pieces(text, words) {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const cut = (from, to) => decoder.decode(bytes.subarray(from, to));
  const found = [];
  let at = 0;
  for (const word of words) {
    if (word.start > at) found.push({ text: cut(at, word.start), word: null });
    found.push({ text: cut(word.start, word.end), word });
    at = word.end;
  }
  if (at < bytes.length) found.push({ text: cut(at, bytes.length), word: null });
  return found;
}

const signed = (value) => (value < 0 ? '−' : '+') + fixed(Math.abs(value), 2);

function sentence(text, words, method) {
  const effects = words.map((word) => effectOf(word, method));
  const strongest = Math.max(0, ...effects.map(Math.abs));
  return pieces(text, words).map(({ text: piece, word }) => {
    if (!word) return piece;
    const effect = effectOf(word, method);
    if (effect === null) return h('span', { class: 'did did-unknown' }, piece);
    const strength = strengthOf(effect, strongest);
    const side = effect < 0 ? 'against' : 'for';
    return h('span', { class: `did did-${side} did-${strength}`, title: signed(effect) }, piece);
  });
}

function effects(text, words) {
  const named = pieces(text, words).filter(({ word }) => word);
  const cell = (value) => (value === null ? '…' : signed(value));
  return table({
    caption: t('explain.table'),
    head: [t('explain.word'), t('explain.network'), t('explain.ngrams'), t('explain.left')],
    numeric: [1, 2, 3],
    rows: named.map(({ text: piece, word }) => [
      h('span', { dir: 'auto' }, piece),
      cell(word.gradient), cell(word.ngrams), cell(word.leave_one_out)]),
  });
}

/**
 * @param {object} app
 * @param {string[]} classes
 * @returns {{element: Element, ask: (text: string) => void}}   ask('') hides it
 */
export function explainer(app, classes) {
  const id = newId('explain');
  const words = h('p', { class: 'explained', dir: 'auto' });
  const numbers = h('div', { class: 'scroll', tabindex: '0', role: 'region',
    'aria-label': t('explain.table') });
  const note = h('p', { class: 'hint', role: 'status' });
  const choice = h('select', { id, onchange: () => again(0) },
    h('option', { value: String(PREDICTED) }, t('explain.predicted')),
    classes.map((label, index) => h('option', { value: String(index) }, label)));
  const methods = ['gradient', 'leave'].map((method) => {
    const radio = { type: 'radio', name: `${id}-method`, value: method, id: `${id}-${method}` };
    const input = h('input', { ...radio, checked: method === 'gradient', onchange: draw });
    return h('span', { class: 'check' }, input,
      h('label', { for: `${id}-${method}` }, t(`explain.${method}`)));
  });
  const details = h('details', { ontoggle: draw }, h('summary', {}, t('explain.asTable')), numbers);
  const element = h('section', { class: 'explain', hidden: true, 'aria-label': t('explain.title') },
    h('h3', {}, t('explain.title')),
    h('div', { class: 'explain-choices' },
      h('label', { for: id }, t('explain.for')), choice,
      h('span', { role: 'radiogroup', 'aria-label': t('explain.method'), class: 'explain-methods' },
        methods)),
    words, note, details,
    h('p', { class: 'hint' }, t('explain.help')));
  let text = '';
  let found = null;
  let waiting = 0;
  let turn = 0;

  const method = () => element.querySelector('input[type=radio]:checked').value;

  function draw() {
    if (!found) return;
    fill(words, sentence(text, found.words, method()));
    const out = found.words.filter(({ leave_one_out: left }) => left !== null).length;
    const parts = [t('explain.of', { label: found.label })];
    if (method() === 'leave' && out < found.words.length) {
      parts.push(t('explain.progress', { done: out, total: found.words.length }));
    }
    if (found.truncated) parts.push(t('explain.truncated'));
    note.textContent = parts.join(' ');
    fill(numbers, details.open ? effects(text, found.words) : null);
  }

  async function gradient(mine) {
    const reply = await app.engine.explain(text, Number(choice.value), 0, 0);
    if (mine !== turn) return;
    found = reply;
    draw();
    if (reply.words.length > 0) waiting = setTimeout(() => leave(mine, 0), IDLE);
  }

  async function leave(mine, first) {
    const reply = await app.engine.explain(text, found.class, first, WORDS_AT_ONCE)
      .catch(() => null);
    if (mine !== turn || !reply) return;
    reply.words.forEach((word, index) => {
      if (word.leave_one_out !== null) found.words[index].leave_one_out = word.leave_one_out;
    });
    draw();
    const next = first + WORDS_AT_ONCE;
    if (next < Math.min(found.words.length, MOST_WORDS)) leave(mine, next);
  }

  function again(pause) {
    const mine = ++turn;
    clearTimeout(waiting);
    if (text.trim() === '') return;
    waiting = setTimeout(() => gradient(mine).catch(() => (element.hidden = true)), pause);
  }

  return {
    element,
    ask(next) {
      if (next === text && found) return;
      text = next;
      element.hidden = text.trim() === '';
      again(PAUSE);
    },
  };
}
