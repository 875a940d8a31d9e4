// Elements without HTML strings: whatever comes from a user's file can only ever become text.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes, listeners (onclick: fn) and children (elements or text; null and
 * false are left out).
 * `hidden`, `disabled`, `value` and the like are set as properties where they are properties.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  fill(element, ...children);
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  const nodes = children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...nodes.map((node) => (node instanceof Node ? node : String(node))));
  return element;
}

const icons = {
  upload: 'M12 16V4m0 0L7 9m5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  download: 'M12 4v12m0 0 5-5m-5 5-5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  lock:
    'M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 ' +
    '1 1-1Z',
  sun:
    'M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4M12 8a4 4' +
    ' 0 1 0 0 8 4 4 0 0 0 0-8Z',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z',
  play: 'M8 5v14l11-7Z',
  stop: 'M7 7h10v10H7Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  warning: 'M12 4 2.8 20h18.4ZM12 10v4.5m0 2.8v.2',
  close: 'm6 6 12 12M18 6 6 18',
};

/** A line icon that says nothing to a screen reader: the text beside it does. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24',
    class: 'icon',
    'aria-hidden': 'true',
  })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}

/**
 * A horizontal bar of a share between 0 and 1. The number stands beside it, so it is hidden from
 * screen readers.
 */
export function bar(share, className = '') {
  const inner = h('span', { class: 'bar-fill' });
  const outer = h('span', { class: `bar ${className}`, 'aria-hidden': 'true' }, inner);
  outer.set = (value) => {
    inner.style.width = `${Math.max(0, Math.min(1, value || 0)) * 100}%`;
  };
  outer.set(share);
  return outer;
}

/**
 * A table with a caption for screen readers; cells are text or elements; `numeric` says which
 * columns are numbers.
 */
export function table({ caption, head, rows, numeric = [], rowHead = true }) {
  const cell = (tag, content, column, more = {}) =>
    h(tag, { ...more, class: numeric.includes(column) ? 'number' : null }, content);
  const headRow = head.map((text, i) => cell('th', text, i, { scope: 'col' }));
  const cells = (row) =>
    row.map((content, i) =>
      i === 0 && rowHead ? cell('th', content, i, { scope: 'row' }) : cell('td', content, i),
    );
  const body = rows.map((row) => h('tr', {}, cells(row)));
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', {}, h('tr', {}, headRow)),
    h('tbody', {}, body),
  );
}

let lastId = 0;
/** An id for labels and descriptions, unique in the page. */
export const newId = (prefix) => `${prefix}-${++lastId}`;

/** Hands a blob to the browser's own download. */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
