// The confusion matrix on a canvas, in the page and (larger) as a picture to download.

import { number, percent } from '../i18n/index.js';

/** Small enough for dozens of classes; the holder scrolls where even that does not fit. */
const LEAST_CELL = 14;
/** Smaller cells have a colour only. */
const LEAST_WITH_NUMBER = 22;
const MOST_CELL = 76;
const MOST_LABEL = 150;

/** Where everything is, in CSS pixels, for `count` classes in `width` pixels. */
export function matrixLayout(context, classes, width, font) {
  context.font = `13px ${font}`;
  const widest = Math.max(...classes.map((label) => context.measureText(label).width));
  const label = Math.min(widest + 12, MOST_LABEL, width * 0.34);
  const left = label + 22;
  const room = width - left - 4;
  const between = (size) => Math.max(LEAST_CELL, Math.min(MOST_CELL, Math.floor(size)));
  // Labels that are wider than a cell slant; the last one then leans out to the right of the grid,
  // from the middle of its cell.
  const slanted = label > between(room / classes.length);
  const lean = slanted ? label * 0.72 : 0;
  const leaning = (room - lean) / (classes.length - 0.5);
  const cell = between(Math.min(room / classes.length, slanted ? leaning : Infinity));
  const overhang = Math.max(0, lean - cell / 2);
  const top = 24 + (slanted ? label * 0.72 + 12 : 20);
  const size = cell * classes.length;
  return {
    left,
    top,
    cell,
    label,
    slanted,
    size,
    width: left + size + 4 + overhang,
    height: top + size + 4,
  };
}

/** The cell under a point, or null. */
export function cellAt({ left, top, cell, size }, x, y) {
  if (x < left || y < top || x >= left + size || y >= top + size) return null;
  return { actual: Math.floor((y - top) / cell), predicted: Math.floor((x - left) / cell) };
}

function shorten(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && context.measureText(`${letters.join('')}…`).width > room)
    letters.pop();
  return `${letters.join('')}…`;
}

/** A mix of two #rrggbb colours. */
function mix(from, to, share) {
  const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
  const channel = (at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share);
  return `rgb(${channel(1)} ${channel(3)} ${channel(5)})`;
}

/** Relative luminance decides whether a cell's number is light or dark. */
function readable(color, colors) {
  const [r, g, b] = color.match(/\d+/g).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? colors.dark : colors.light;
}

const cellText = (value, view) => (view === 'count' ? number(value) : percent(value, 0));

function drawLabels(context, classes, layout, colors, words) {
  const { left, top, cell, label, slanted, size } = layout;
  context.fillStyle = colors.soft;
  context.font = `12px ${colors.font}`;
  context.textAlign = 'center';
  context.fillText(words.predicted, left + size / 2, 12);
  context.save();
  context.translate(10, top + size / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(words.actual, 0, 0);
  context.restore();
  context.fillStyle = colors.ink;
  context.font = `${Math.min(13, cell - 2)}px ${colors.font}`;
  classes.forEach((name, index) => {
    const middle = (index + 0.5) * cell;
    context.textAlign = 'right';
    context.fillText(shorten(context, name, label - 6), left - 8, top + middle);
    context.save();
    context.translate(left + middle, top - (slanted ? 8 : 12));
    if (slanted) {
      context.rotate(-Math.PI / 4);
      context.font = `${Math.min(13, cell * 0.72)}px ${colors.font}`;
    }
    context.textAlign = slanted ? 'left' : 'center';
    context.fillText(shorten(context, name, slanted ? label - 6 : cell - 4), 0, 0);
    context.restore();
  });
}

/**
 * @param {CanvasRenderingContext2D} context   already scaled to CSS pixels
 * @param {{classes: string[], values: number[][], view: string, layout: object, colors: object,
 *          words: {actual: string, predicted: string}, selected: {actual: number, predicted:
 * number} | null}} picture
 *          colors: {ink, soft, line, card, right, wrong, light, dark, focus, font}, the filled ones
 * as #rrggbb
 */
export function drawMatrix(context, { classes, values, view, layout, colors, words, selected }) {
  const { left, top, cell, width, height } = layout;
  context.fillStyle = colors.card;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  drawLabels(context, classes, layout, colors, words);
  const most = view === 'count' ? Math.max(1, ...values.flat()) : 1;
  context.textAlign = 'center';
  context.font = `${cell < 40 ? 11 : 14}px ${colors.font}`;
  const sparse = classes.length > 12;
  values.forEach((row, actual) =>
    row.forEach((value, predicted) => {
      const share = value / most;
      const strength = value === 0 ? 0 : 0.12 + 0.88 * share;
      const fillColor = mix(
        colors.empty,
        actual === predicted ? colors.right : colors.wrong,
        strength,
      );
      const [x, y] = [left + predicted * cell, top + actual * cell];
      context.fillStyle = fillColor;
      context.fillRect(x + 1, y + 1, cell - 2, cell - 2);
      if (cell < LEAST_WITH_NUMBER || (value === 0 && sparse)) return;
      context.fillStyle = value === 0 ? colors.soft : readable(fillColor, colors);
      context.fillText(cellText(value, view), x + cell / 2, y + cell / 2 + 1);
    }),
  );
  if (selected) {
    context.strokeStyle = colors.focus;
    context.lineWidth = 3;
    context.strokeRect(
      left + selected.predicted * cell + 1,
      top + selected.actual * cell + 1,
      cell - 2,
      cell - 2,
    );
  }
}
