// The one visual language of the course's diagrams: boxes, arrows, tokens, bars, curves, as SVG. A
// unit is a CSS pixel; `picture.width` is the room there is, and narrow pictures are laid out anew
// instead of made smaller, so that words stay readable. Colours are tones, of course.css.
//
// Tones: plain, soft, accent, good, bad, note, train, valid.

const SVG = 'http://www.w3.org/2000/svg';
/** Below this a diagram stacks what it would set side by side. */
const NARROW = 640;
const FONT = 13;

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const measuring = document.createElement('canvas').getContext('2d');

/** Pixels that a text takes. */
export function textWidth(text, size = FONT, weight = 400) {
  measuring.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return measuring.measureText(text).width;
}

/** The text, or as much of it as fits, with an ellipsis. */
export function clipped(text, width, size = FONT, weight = 400) {
  if (textWidth(text, size, weight) <= width) return text;
  let end = text.length;
  while (end > 0 && textWidth(`${text.slice(0, end)}…`, size, weight) > width) end--;
  return `${text.slice(0, end)}…`;
}

/** The text in lines of at most `width`. */
export function wrapped(text, width, size = FONT, weight = 400) {
  const lines = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, size, weight) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}

/** A token as it is shown: spaces and ends of lines can be seen. */
export const visible = (token) => token.replaceAll(' ', '·').replaceAll('\n', '⏎');

/**
 * @param {SVGSVGElement} root
 * @param {number} width
 */
export function createPicture(root, width) {
  const add = (tag, attributes, ...children) => {
    const element = svg(tag, attributes, ...children);
    root.append(element);
    return element;
  };

  /**
   * @param {{size?: number, anchor?: 'start'|'middle'|'end', weight?: number, tone?: string,
   *          width?: number, mono?: boolean}} [options]   width: what is longer is cut
   */
  function text(x, y, words, options = {}) {
    const { size = FONT, anchor = 'start', weight = 400, tone = 'ink' } = options;
    const { width: most, mono } = options;
    const shown = most === undefined ? String(words)
      : clipped(String(words), most, size, weight);
    return add('text', { x, y, class: `ink-${tone}${mono ? ' mono' : ''}`, 'text-anchor': anchor,
      'font-size': size, 'font-weight': weight }, shown);
  }

  /** A text in as many lines as it takes. @returns {number} its height */
  function paragraph(x, y, words, { width: most, size = FONT, ...options }) {
    const lines = wrapped(String(words), most, size, options.weight);
    lines.forEach((line, i) => text(x, y + i * size * 1.4, line, { size, ...options }));
    return lines.length * size * 1.4;
  }

  /** A rounded box with a label and, smaller, a detail in it. */
  function box(x, y, w, h, options = {}) {
    const { label, detail, tone = 'plain', dashed, size = FONT, radius = 8 } = options;
    add('rect', { x, y, width: w, height: h, rx: radius,
      class: `box tone-${tone}${dashed ? ' dashed' : ''}` });
    const middle = y + h / 2 + size * 0.36;
    const inner = w - 12;
    if (label) {
      text(x + w / 2, detail ? middle - size * 0.62 : middle, label,
        { anchor: 'middle', weight: 600, size, width: inner, tone: `on-${tone}` });
    }
    if (detail) {
      text(x + w / 2, label ? middle + size * 0.72 : middle, detail,
        { anchor: 'middle', size: size - 1.5, width: inner, tone: `on-${tone}` });
    }
  }

  /** An arrow through points [[x, y], ...]. */
  function arrow(points, { tone = 'line', label, dashed } = {}) {
    const [[x0, y0], [x1, y1]] = points.slice(-2);
    const angle = Math.atan2(y1 - y0, x1 - x0);
    const wing = (turn) => [x1 - 8 * Math.cos(angle + turn), y1 - 8 * Math.sin(angle + turn)];
    const path = points.map(([x, y], i) => `${i ? 'L' : 'M'}${x} ${y}`).join('');
    add('path', { d: path, class: `arrow stroke-${tone}${dashed ? ' dashed' : ''}` });
    add('path', { d: `M${wing(0.45).join(' ')}L${x1} ${y1}L${wing(-0.45).join(' ')}`,
      class: `arrow stroke-${tone}` });
    if (!label) return;
    const [[ax, ay], [bx, by]] = points;
    const upright = Math.abs(bx - ax) < Math.abs(by - ay);
    text((ax + bx) / 2 + (upright ? 8 : 0), (ay + by) / 2 + (upright ? 4 : -6), label,
      { anchor: upright ? 'start' : 'middle', size: FONT - 1.5, tone: 'soft' });
  }

  /** A bar of a share of w, on its ground. */
  function bar(x, y, w, h, share, { tone = 'accent', ground = true } = {}) {
    const length = Math.max(0, Math.min(1, share || 0)) * w;
    if (ground) add('rect', { x, y, width: w, height: h, rx: 2, class: 'ground' });
    if (length > 0) add('rect', { x, y, width: length, height: h, rx: 2, class: `fill-${tone}` });
  }

  /**
   * Tokens as chips in lines.
   * @param {object[]} tokens   with `text`
   * @param {{tone?: (token: object, i: number) => string, strength?: (token, i) => number,
   *          detail?: (token, i) => string, pick?: (i: number) => void, picked?: number,
   *          name?: (token, i) => string}} [options]   strength: 0 .. 1, how full the tone is;
   *          name: what a screen reader calls a chip that can be picked
   * @returns {{height: number, places: {x: number, y: number, w: number, h: number}[]}}
   */
  function tokens(x, y, most, all, options = {}) {
    const { tone = () => 'plain', strength, detail, pick, picked, name } = options;
    const h = detail ? 38 : 24;
    const places = [];
    let [left, top] = [x, y];
    all.forEach((token, i) => {
      const words = clipped(visible(token.text) || '∅', most - 14);
      const under = detail?.(token, i) ?? '';
      const w = Math.max(textWidth(words) + 12, textWidth(under, FONT - 2.5) + 10, 18);
      if (left + w > x + most && left > x) [left, top] = [x, top + h + 6];
      const chip = { class: `chip tone-${tone(token, i)}${picked === i ? ' picked' : ''}` };
      add('rect', { x: left, y: top, width: w, height: h, rx: 5, ...chip,
        'fill-opacity': strength ? Math.max(0.06, Math.min(1, strength(token, i))) : undefined });
      text(left + w / 2, top + 16, words, { anchor: 'middle' });
      if (under) text(left + w / 2, top + 31, under,
        { anchor: 'middle', size: FONT - 2.5, tone: 'chip' });
      if (pick) target(left, top, w, h, name?.(token, i) ?? token.text, () => pick(i));
      places.push({ x: left, y: top, w, h });
      left += w + 4;
    });
    return { height: all.length ? top + h - y : 0, places };
  }

  /** A place that can be clicked, or reached with Tab and pressed with Enter or the space bar. */
  function target(x, y, w, h, label, act) {
    const element = add('rect', { x, y, width: w, height: h, rx: 5, class: 'target',
      tabindex: 0, role: 'button', 'aria-label': label, 'data-key': label, 'data-tool': true });
    element.addEventListener('click', act);
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      act();
    });
    return element;
  }

  /**
   * Curves over axes.
   * @param {{name: string, points: [number, number][], tone?: string, dashed?: boolean}[]} series
   * @param {{xLabel?: string, yLabel?: string, format?: (y: number) => string,
   *          xMost?: number, yLeast?: number, yMost?: number}} [options]
   */
  function curves(x, y, w, h, series, options = {}) {
    const { xLabel, yLabel, format = (value) => String(Math.round(value * 100) / 100) } = options;
    const points = series.flatMap((each) => each.points).filter(([, v]) => Number.isFinite(v));
    const [left, bottom] = [x + 44, y + h - 22];
    const inner = { w: w - 52, h: h - 40 };
    const most = Math.max(options.xMost ?? 1, ...points.map(([at]) => at));
    const values = points.map(([, value]) => value);
    const high = options.yMost ?? Math.max(...values, -Infinity);
    const low = options.yLeast ?? Math.min(...values, Infinity);
    const span = high > low ? high - low : 1;
    const place = ([at, value]) => [left + (at / most) * inner.w,
      bottom - ((value - low) / span) * inner.h];
    add('path', { d: `M${left} ${bottom - inner.h}V${bottom}H${left + inner.w}`, class: 'axis' });
    if (points.length) {
      for (const value of [low, (low + high) / 2, high]) {
        text(left - 6, place([0, value])[1] + 4, format(value),
          { anchor: 'end', size: FONT - 2, tone: 'soft' });
      }
      text(left + inner.w, bottom + 15, String(Math.round(most)),
        { anchor: 'end', size: FONT - 2, tone: 'soft' });
    }
    if (xLabel) text(left + inner.w / 2, bottom + 16, xLabel,
      { anchor: 'middle', size: FONT - 2, tone: 'soft' });
    if (yLabel) text(x, y + 10, yLabel, { size: FONT - 2, tone: 'soft' });
    let legend = left + 60;
    for (const { name, points: own, tone = 'accent', dashed } of series) {
      const good = own.filter(([, value]) => Number.isFinite(value)).map(place);
      if (good.length > 1) {
        const d = good.map(
          ([a, b], i) => `${i ? 'L' : 'M'}${a.toFixed(1)} ${b.toFixed(1)}`).join('');
        add('path', { d, class: `curve stroke-${tone}${dashed ? ' dashed' : ''}` });
      } else if (good.length) {
        add('circle', { cx: good[0][0], cy: good[0][1], r: 3, class: `fill-${tone}` });
      }
      if (!name) continue;
      add('rect', { x: legend, y: y + 3, width: 12, height: 6, rx: 2, class: `fill-${tone}` });
      text(legend + 16, y + 10, name, { size: FONT - 2, tone: 'soft' });
      legend += 30 + textWidth(name, FONT - 2);
    }
  }

  /** A matrix of numbers as squares, the strongest the fullest; negative ones in another tone. */
  function heat(x, y, w, h, rows, { most, tone = 'accent', negative = 'valid' } = {}) {
    const top = most ?? Math.max(...rows.flat().map(Math.abs), 1e-12);
    const size = { w: w / (rows[0]?.length || 1), h: h / (rows.length || 1) };
    rows.forEach((row, i) => row.forEach((value, j) => add('rect', {
      x: x + j * size.w, y: y + i * size.h, width: Math.max(size.w - 0.5, 0.5),
      height: Math.max(size.h - 0.5, 0.5), class: `fill-${value < 0 ? negative : tone}`,
      'fill-opacity': Math.min(1, Math.abs(value) / top).toFixed(3) })));
  }

  return { root, width, narrow: width < NARROW, add, text, paragraph, box, arrow, bar, tokens,
    target, curves, heat };
}
