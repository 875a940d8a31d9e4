// The course's words: both languages say the same things, and every key is asked for.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import shared from '../i18n/en.js';

const course = new URL('../course/', import.meta.url);
const names = readdirSync(course, { recursive: true }).map(String);
const topics = names.filter((name) => /^words\/(?!index).+\.js$/.test(name));
const read = (name) => readFileSync(new URL(name, course), 'utf8');
const sources = names.filter((name) => name.endsWith('.js') && !name.startsWith('words/'))
  .map(read).join('\n');
const all = { en: {}, 'pt-BR': {} };
for (const name of topics) {
  const { words } = await import(new URL(name, course));
  for (const tag of Object.keys(all)) {
    for (const [key, text] of Object.entries(words[tag])) {
      if (Object.hasOwn(all[tag], key)) throw new Error(`${name}: ${key} is said twice`);
      all[tag][key] = text;
    }
  }
}

function places(text) {
  const forms = typeof text === 'string' ? [text] : Object.values(text);
  return forms.map((form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
}

describe("the course's dictionaries", () => {
  it('have the same keys, in the same order', () => {
    expect(Object.keys(all['pt-BR'])).toEqual(Object.keys(all.en));
    expect(Object.keys(all.en).length).toBeGreaterThan(30);
  });

  it('have the same places in both languages, and no key of the page itself', () => {
    for (const [key, text] of Object.entries(all.en)) {
      expect([key, typeof all['pt-BR'][key]]).toEqual([key, typeof text]);
      const expected = places(text)[0];
      for (const found of [...places(text), ...places(all['pt-BR'][key])]) {
        expect([key, found]).toEqual([key, expected]);
      }
      expect(shared).not.toHaveProperty([key]);
    }
  });

  it('hold every key that the course asks for, or the page does', () => {
    const asked = [...sources.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((key) => !Object.hasOwn(all.en, key) && !Object.hasOwn(shared, key)))
      .toEqual([]);
  });

  it('give every diagram its title, what it is about and a thing to do', () => {
    const ids = names.map((name) => /^chapter(\d)\/(\d\d-[\w-]+)\.js$/.exec(name)).filter(Boolean)
      .map(([, chapter, name]) => `${chapter}-${name}`);
    for (const id of ids) {
      const own = ['title', 'about', 'task'].map((part) => `${id}.${part}`);
      expect(own.filter((key) => !Object.hasOwn(all.en, key))).toEqual([]);
    }
  });
});
