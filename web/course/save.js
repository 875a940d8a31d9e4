// A picture as a file of its own: SVG with its colours written out, and PNG made from it.

import { svg } from './draw.js';

const WRITTEN = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray',
  'stroke-linecap', 'stroke-linejoin', 'font-family', 'opacity'];
/** Pixels of the PNG for each of the picture's. */
const SCALE = 2;
const MARGIN = 24;

/**
 * @param {SVGSVGElement} drawn   in the document, so that its styles are known
 * @param {string} title
 * @returns {{text: string, width: number, height: number}}
 */
export function writeSvg(drawn, title) {
  const { width, height } = drawn.viewBox.baseVal;
  const copy = drawn.cloneNode(true);
  const [from, to] = [drawn, copy].map((each) => [...each.querySelectorAll('*')]);
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of WRITTEN) {
      const value = style.getPropertyValue(name);
      if (value) to[i].setAttribute(name, value);
    }
    for (const name of ['class', 'tabindex', 'role', 'aria-label', 'data-key']) {
      to[i].removeAttribute(name);
    }
  });
  copy.querySelectorAll('[data-tool]').forEach((element) => element.remove());
  const paper = getComputedStyle(document.documentElement).getPropertyValue('--card').trim();
  const whole = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const file = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', ...whole,
    viewBox: `${-MARGIN} ${-MARGIN} ${whole.width} ${whole.height}` },
  svg('title', {}, title),
  svg('rect', { x: -MARGIN, y: -MARGIN, ...whole, fill: paper }), ...copy.childNodes);
  return { text: new XMLSerializer().serializeToString(file), ...whole };
}

export const svgBlob = ({ text }) => new Blob([text], { type: 'image/svg+xml' });

/** @returns {Promise<Blob>} */
export async function pngBlob(written) {
  const url = URL.createObjectURL(svgBlob(written));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [written.width * SCALE, written.height * SCALE];
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}
