// The course's address: #lang=en&show=5-02-cross-entropy&text=... What a diagram is told stands
// behind its name, so that a link shows the same picture.

import { models } from 'virtual:afina-models';
import { findDiagram } from './diagrams.js';

const LONGEST = 4000;
const isPage = (id) => id === 'glossary' || Boolean(findDiagram(id));
const oneOf = (known, text) => (known.includes(text) ? text : undefined);

function whole(text, most) {
  const value = Number(text);
  return text && Number.isInteger(value) && value > 0 && value <= most ? value : undefined;
}

/**
 * @returns {{lang?: string, model: string, show?: string, threads?: number, numerics?: string,
 *            told: Record<string, string>}}   told: the shown diagram's own values
 */
export function readSetup(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const take = (name) => {
    const text = given.get(name) ?? '';
    given.delete(name);
    return text;
  };
  const show = take('show');
  const setup = {
    lang: oneOf(['pt-BR', 'en'], take('lang')),
    model: oneOf(Object.keys(models), take('model')) ?? 'mini',
    show: isPage(show) ? show : undefined,
    threads: whole(take('threads'), 16),
    numerics: oneOf(['plain', 'fused'], take('numerics')),
  };
  const told = [...given].filter(([, text]) => text.length <= LONGEST);
  return { ...setup, told: setup.show ? Object.fromEntries(told) : {} };
}

export function formatSetup({ told, ...setup }) {
  const parts = Object.entries({ ...setup, ...told })
    .filter(([name, value]) => value !== undefined && !(name === 'model' && value === 'mini'))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return parts.length ? `#${parts.join('&')}` : location.pathname + location.search;
}
