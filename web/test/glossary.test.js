// The glossary: its terms are found in texts of both languages, and none is another's.

import { describe, expect, it } from 'vitest';
import { findTerms, searchTerms, SEEN } from '../course/glossary.js';
import { words as general } from '../course/words/glossary.js';
import { words as tuning } from '../course/words/glossary-tuning.js';

const entries = (tag) => Object.entries({ ...general[tag], ...tuning[tag] })
  .filter(([key]) => key.startsWith('term.')).map(([key, term]) => [key.slice(5), term]);
const ids = (text, tag, except) => findTerms(text, tag, except)
  .filter((part) => part.id).map(({ id }) => id);

describe.each(['en', 'pt-BR'])('the terms in %s', (tag) => {
  it('have a name, something to say, and one diagram in which they are seen', () => {
    expect(entries(tag).length).toBeGreaterThanOrEqual(45);
    const seen = Object.values(SEEN).flat();
    expect([...seen].sort()).toEqual(entries(tag).map(([id]) => id).sort());
    for (const [id, { name, says }] of entries(tag)) {
      expect([id, Boolean(name), /\.$/.test(says)]).toEqual([id, true, true]);
    }
  });

  it('have names of their own, each of which opens its term', () => {
    const names = new Map();
    for (const [id, { name, also = '', forms = '' }] of entries(tag)) {
      for (const each of [name, ...`${also}; ${forms}`.split('; ').filter(Boolean)]) {
        const key = each.toLowerCase();
        expect([each, names.get(key) ?? id]).toEqual([each, id]);
        names.set(key, id);
        expect([each, ids(`(${each})`, tag)]).toEqual([each, [id]]);
      }
    }
  });
});

describe('terms in a text', () => {
  it('are found by each of their names, in the reader’s language', () => {
    expect(ids('Ajuste fino é fine-tuning?', 'pt-BR')).toEqual(['fine-tuning']);
    expect(ids('As perdas e os vetores de um lote', 'pt-BR')).toEqual(['loss', 'vector', 'batch']);
    expect(ids('Losses of two batches', 'en')).toEqual(['loss', 'batch']);
  });

  it('are the longest there, once, and whole words', () => {
    expect(ids('F1 de tokens, F1, tokens e F1', 'pt-BR')).toEqual(['token-f1', 'f1', 'token']);
    expect(ids('The token F1 of prompt tuning', 'en')).toEqual(['token-f1', 'prompt-tuning']);
    expect(ids('embatchment, tokenesque, glossy; perdão, épocal', 'en')).toEqual([]);
    expect(ids('perdão, épocal, blocoso', 'pt-BR')).toEqual([]);
    expect(ids('A token is no gradient.', 'en', 'token')).toEqual(['gradient']);
  });

  it('leave the text as it was', () => {
    const text = 'The loss of a batch, and its gradient: a vector <b>.';
    const parts = findTerms(text, 'en').map((part) => part.words ?? part);
    expect(parts.join('')).toBe(text);
    expect(findTerms('', 'en')).toEqual([]);
  });
});

describe('looking for a term', () => {
  const found = (query, tag) => searchTerms(query, tag).map(({ id }) => id);

  it('takes any language, any letters and no accents', () => {
    expect(found('ENTROPIA', 'pt-BR')).toContain('cross-entropy');
    expect(found('epoca', 'pt-BR')).toContain('epoch');
    expect(found('ajuste fino', 'en')).toContain('fine-tuning');
    expect(found('learning rate', 'pt-BR')).toContain('learning-rate');
    expect(found('xyzzy', 'en')).toEqual([]);
  });

  it('begins with what is called so', () => {
    expect(found('loss', 'pt-BR').slice(0, 3).sort()).toEqual(['log-loss', 'loss', 'mask']);
    expect(found('loss', 'pt-BR').length).toBeGreaterThan(5);
  });

  it('gives all terms by name where nothing is looked for', () => {
    const all = searchTerms('  ', 'pt-BR').map(({ name }) => name);
    expect(all.length).toBe(entries('pt-BR').length);
    expect(all).toEqual([...all].sort((a, b) => a.localeCompare(b, 'pt-BR')));
  });
});
