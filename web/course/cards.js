// Texts in boxes, for diagrams that show what was asked and answered; drawn with draw.js.

import { clipped, wrapped } from './draw.js';

const SIZE = 13;
const PAD = 12;

/** The lines of a text, its own line breaks kept. */
export const linesOf = (text, width, size = SIZE) => String(text).split('\n')
  .flatMap((line) => (line.trim() ? wrapped(line, width, size) : ['']))
  .map((line) => clipped(line, width, size));

/**
 * What a card takes of height.
 *
 * @typedef {{title?: string, parts: {name?: string, text: string, tone?: string}[],
 *            tone?: string, dashed?: boolean, most?: number}} Card   most: lines of each part
 */
export function cardHeight(width, { title, parts, most = 14 }) {
  const inner = width - 2 * PAD;
  const of = ({ name, text }) => (name ? 16 : 0)
    + Math.max(1, Math.min(most, linesOf(text, inner).length)) * SIZE * 1.4 + 6;
  return PAD + (title ? 20 : 0) + parts.reduce((sum, part) => sum + of(part), 0) + 4;
}

/** @returns {number} its height, `least` or more */
export function card(picture, x, y, width, told, least = 0) {
  const { title, parts, tone = 'plain', dashed, most = 14 } = told;
  const height = Math.max(least, cardHeight(width, told));
  const inner = width - 2 * PAD;
  picture.add('rect', { x: x + 1, y, width: width - 2, height, rx: 8,
    class: `box tone-${tone}${dashed ? ' dashed' : ''}` });
  let at = y + PAD + 8;
  if (title) {
    picture.text(x + PAD, at + 2, title, { weight: 600, width: inner });
    at += 20;
  }
  for (const { name, text, tone: ink = 'ink' } of parts) {
    if (name) {
      picture.text(x + PAD, at, name, { size: 11, tone: 'soft', width: inner });
      at += 16;
    }
    const all = linesOf(text, inner);
    const shown = all.slice(0, most);
    if (all.length > most) shown[most - 1] = clipped(`${shown[most - 1]} ……`, inner);
    for (const line of shown.length ? shown : ['']) {
      picture.text(x + PAD, at + 1, line, { tone: ink });
      at += SIZE * 1.4;
    }
    at += 6;
  }
  return height;
}

/** Cards of one height side by side, or one below the other where it is narrow. */
export function cards(picture, y, all, { gap = 16, x = 0, width = picture.width } = {}) {
  if (picture.narrow) {
    let at = y;
    for (const each of all) at += card(picture, x, at, width, each) + gap;
    return at - gap - y;
  }
  const each = (width - gap * (all.length - 1)) / all.length;
  const height = Math.max(...all.map((told) => cardHeight(each, told)));
  all.forEach((told, i) => card(picture, x + i * (each + gap), y, each, told, height));
  return height;
}

/** The way from left to right, the place at hand marked; narrow: numbers and one name. */
export function way(picture, y0, names, at) {
  const y = y0 + 1;
  const { width, narrow } = picture;
  const gap = narrow ? 10 : 26;
  const each = (width - 2 - gap * (names.length - 1)) / names.length;
  const height = narrow ? 30 : 38;
  names.forEach((name, i) => {
    const x = 1 + i * (each + gap);
    const tone = i === at ? 'accent' : i < at ? 'soft' : 'plain';
    picture.box(x, y, each, height, { tone, size: narrow ? 13 : 12.5,
      label: narrow ? String(i + 1) : name });
    if (i && !narrow) picture.arrow([[x - gap + 3, y + height / 2], [x - 3, y + height / 2]]);
  });
  if (!narrow) return height;
  picture.text(0, y + height + 18, names[at], { weight: 600, width });
  return height + 24;
}
