// The diagrams can be read on a projector: every text on every tone it may stand on, in both
// themes, at WCAG's contrast for small text; what only has to be seen, at that for shapes.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const TEXT = 4.5;
const SHAPE = 3;

/** [[selector, {property: value}], ...] of a stylesheet without nesting but in @media. */
function rules(css) {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@media[^{]*\{/g, '');
  return [...plain.matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selectors, body]) => {
    const values = Object.fromEntries(body.split(';').map((each) => each.split(/:(.*)/s)
      .map((part) => part.trim())).filter(([name]) => name));
    return selectors.split(',').map((selector) => [selector.trim(), values]);
  });
}

const base = rules(read('style/base.css'));
const themes = { light: base.find(([selector]) => selector === ':root')[1],
  dark: base.find(([selector]) => selector === ":root[data-theme='dark']")[1] };
const course = rules(read('course/course.css'));

/** The fill of the last rule with one of the selectors, as a browser has it of equal ones. */
function fillOf(...selectors) {
  const found = course.filter(([selector, { fill }]) => fill && selectors.includes(selector));
  if (!found.length) throw new Error(`no fill: ${selectors}`);
  return found.at(-1)[1].fill;
}

/** [red, green, blue] of 0 .. 255 */
function colour(text, names) {
  const variable = /^var\((--[\w-]+)\)$/.exec(text)?.[1];
  if (variable) return colour(names[variable], names);
  const mixed = /^color-mix\(in srgb, (.+) ([\d.]+)%, (.+)\)$/.exec(text);
  if (mixed) return mix(colour(mixed[1], names), colour(mixed[3], names), mixed[2] / 100);
  const hex = /^#([0-9a-f]{6})$/.exec(text)?.[1];
  if (!hex) throw new Error(`no colour: ${text}`);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

const mix = (a, b, share) => a.map((value, i) => share * value + (1 - share) * b[i]);

/** WCAG 2.2, relative luminance. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TONES = ['plain', 'soft', 'accent', 'good', 'bad', 'note', 'train', 'valid'];
const INKS = course.map(([selector]) => /^\.picture \.ink-((?!on-)[\w-]+)$/.exec(selector)?.[1])
  .filter(Boolean);
const has = (selector) => course.some(([own, { fill }]) => own === selector && fill);

it('measures as WCAG does', () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
  expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
  expect(INKS.length).toBeGreaterThan(5);
});

describe.each(Object.keys(themes))('in the %s theme', (theme) => {
  const names = { ...themes.light, ...themes[theme] };
  const card = colour('var(--card)', names);
  const ink = (...selectors) => colour(fillOf(...selectors), names);
  const ratio = (a, b) => Math.round(contrast(a, b) * 100) / 100;

  it.each(INKS)('ink-%s can be read on the page', (name) => {
    expect(ratio(ink(`.picture .ink-${name}`), card)).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(TONES)('a box of tone %s shows its label', (tone) => {
    const own = has(`.picture .ink-on-${tone}`) ? `.picture .ink-on-${tone}` : '.picture text';
    expect(ratio(ink(own), ink(`.picture .tone-${tone}`))).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(TONES)('a chip of tone %s shows its token and its detail, however full', (tone) => {
    const full = ink(`.picture .tone-${tone}`, `.picture .chip.tone-${tone}`);
    for (const strength of [0.06, 0.25, 0.5, 0.75, 1]) {
      const ground = mix(full, card, strength);
      for (const text of ['.picture text', '.picture .ink-chip']) {
        expect([text, strength, ratio(ink(text), ground) >= TEXT || ratio(ink(text), ground)])
          .toEqual([text, strength, true]);
      }
    }
  });

  it.each(['accent', 'good', 'bad', 'train', 'valid', 'line'])(
    'a bar of tone %s stands out from the page', (tone) => {
      expect(ratio(ink(`.picture .fill-${tone}`), card)).toBeGreaterThanOrEqual(SHAPE);
    });
});
