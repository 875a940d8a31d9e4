// Words of the page that open the course's glossary, which is fetched behind the page's own files.

import { fill, h } from './dom.js';

let arrived;
const glossary = new Promise((resolve) => (arrived = resolve));

export const loadGlossary = () => import('../course/glossary.js')
  .then(({ glossaryBeside }) => arrived(glossaryBeside()));

/**
 * A text, with its terms to be opened as soon as the glossary is here, and those of its label,
 * which is not to be pressed for two things.
 */
export function terms(text, label) {
  const place = h('span', {}, text);
  glossary.then(({ explain }) => fill(place, explain(text, label)));
  return place;
}
