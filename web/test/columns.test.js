import { expect, test } from 'vitest';
import { columnNames, guessColumns } from '../engine/columns.js';

const rows = (...columns) => columns[0].map((_, i) => columns.map((column) => column[i]));
const texts = Array.from({ length: 30 }, (_, i) => `a text of some length, number ${i}`);
const labels = texts.map((_, i) => (i % 2 ? 'good' : 'bad'));
const ids = texts.map((_, i) => String(i));

test('columns are found by their names, whatever the accents', () => {
  expect(guessColumns(['Rótulo', 'Mensagem'], rows(labels, texts))).toEqual({ text: 1, label: 0 });
  expect(guessColumns(['id', 'Comentário', 'Sentimento'], rows(ids, texts, labels)))
    .toEqual({ text: 1, label: 2 });
  expect(guessColumns(['review_text', 'star_label'], rows(texts, labels)))
    .toEqual({ text: 0, label: 1 });
});

test('without known names, by what stands in them', () => {
  expect(guessColumns(['a', 'b', 'c'], rows(ids, labels, texts))).toEqual({ text: 2, label: 1 });
  expect(guessColumns(['a', 'b'], rows(texts, ids))).toEqual({ text: 0, label: 1 });
});

test('a column is never both', () => {
  expect(guessColumns(['text', 'text (2)'], rows(texts, labels))).toEqual({ text: 0, label: 1 });
  expect(guessColumns(['label', 'class'], rows(labels, texts))).toEqual({ text: 1, label: 0 });
});

test('an empty column is not taken for its name', () => {
  expect(guessColumns(['text', 'body', 'label'], rows(texts.map(() => ''), texts, labels)))
    .toEqual({ text: 1, label: 2 });
});

test('names', () => {
  expect(columnNames(['a', 'a', '', ' a '])).toEqual(['a', 'a (2)', 'column 3', 'a (3)']);
});
