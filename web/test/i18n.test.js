// The two dictionaries say the same things, and nothing that nobody says.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from '../i18n/en.js';
import * as i18n from '../i18n/index.js';
import ptBR from '../i18n/pt-BR.js';

const web = new URL('../', import.meta.url);
const sources = ['main.js', ...files('ui'), ...files('engine'), ...files('workshop')]
  .map((name) => readFileSync(new URL(name, web), 'utf8'))
  .join('\n');

function files(folder) {
  const names = readdirSync(new URL(`${folder}/`, web));
  return names.filter((name) => name.endsWith('.js')).map((name) => `${folder}/${name}`);
}

const status = readFileSync(new URL('../src/base/status.h', web), 'utf8');
const statuses = [...status.matchAll(/\b(AFINA_E_\w+) = \d/g)].map(([, name]) => name);
const engineCodes = [...sources.matchAll(/fail\(\s*'([A-Z_]+)'/g)].map(([, name]) => name);

/** The {places} of a text, in every plural form. */
function places(text) {
  const forms = typeof text === 'string' ? [text] : Object.values(text);
  return forms.map((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
}

describe('the dictionaries', () => {
  it('have the same keys, in the same order', () => {
    expect(Object.keys(ptBR)).toEqual(Object.keys(en));
  });

  it.each(Object.keys(en))('%s: same kind and same places', (key) => {
    expect(typeof ptBR[key]).toBe(typeof en[key]);
    for (const found of places(ptBR[key])) expect(found).toEqual(places(en[key])[0]);
    for (const found of places(en[key])) expect(found).toEqual(places(en[key])[0]);
  });

  it('hold every key that the page asks for', () => {
    const asked = [...sources.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key);
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((key) => !Object.hasOwn(en, key))).toEqual([]);
  });

  it('hold no key that the page never asks for', () => {
    const literal = new Set([...sources.matchAll(/'([a-z]+(?:\.\w+)+)'/g)].map(([, key]) => key));
    // `failure.${code}` or `${id}.title`: what stands around the part that varies.
    const built = [...sources.matchAll(/`([a-z.]*)\$\{[^}]+\}([\w.]*)`/g)]
      .map(([, before, after]) => ({ before, after }))
      .filter(({ before, after }) => before.endsWith('.') || after.startsWith('.'));
    const used = (key) =>
      literal.has(key) ||
      built.some(
        ({ before, after }) =>
          key.startsWith(before) && key.endsWith(after) && key.length > (before + after).length,
      );
    expect(Object.keys(en).filter((key) => !used(key))).toEqual([]);
  });

  it('have a sentence for every failure of the engine and of the library', () => {
    const codes = new Set([...statuses, ...engineCodes, 'UNKNOWN']);
    expect(codes.size).toBeGreaterThan(12);
    expect([...codes].filter((code) => !Object.hasOwn(en, `failure.${code}`))).toEqual([]);
    const sentences = Object.keys(en).filter((key) => key.startsWith('failure.'));
    expect(sentences.filter((key) => !codes.has(key.slice('failure.'.length)))).toEqual([]);
  });
});

describe('the language', () => {
  it.each([
    [['pt-PT', 'en'], 'pt-BR'],
    [['de', 'pt', 'en'], 'pt-BR'],
    [['en-GB', 'pt'], 'en'],
    [['ja'], 'en'],
    [[], 'en'],
  ])('of a reader of %j is %s', (wanted, expected) => {
    expect(i18n.preferredLanguage(wanted)).toBe(expected);
  });

  it('writes numbers, plurals and places its own way', () => {
    i18n.setLanguage('pt-BR');
    expect(i18n.t('data.rows', { count: 1 })).toBe('1 linha');
    expect(i18n.t('data.rows', { count: 12345 })).toBe('12.345 linhas');
    expect(i18n.fixed(0.5, 2)).toBe('0,50');
    i18n.setLanguage('en');
    expect(i18n.t('data.rows', { count: 12345 })).toBe('12,345 rows');
    expect(i18n.percent(0.873)).toBe('87.3%');
    expect(i18n.duration(125)).toBe('2 min 5 sec');
  });

  it('takes a value that looks like a place or a pattern as it is', () => {
    i18n.setLanguage('en');
    expect(i18n.t('data.kept', { name: '{name} $& $1' })).toContain('{name} $& $1');
    expect(i18n.t('constructor')).toBe('constructor');
  });
});
