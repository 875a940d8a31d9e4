// Words of the page that open the course's glossary, which is fetched behind the page's own files.

import { fill, h } from './dom.js';

let arrived;
const glossary = new Promise((resolve) => (arrived = resolve));

export const loadGlossary = () => import('../course/glossary.js')
  .then(({ glossaryBeside }) => arrived(glossaryBeside()));

/** A text, with its terms to be opened as soon as the glossary is here. */
export function terms(text) {
  const place = h('span', {}, text);
  glossary.then(({ say }) => fill(place, say(text)));
  return place;
}
