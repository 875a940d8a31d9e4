// The course's first page: what there is in it, chapter by chapter, to read, to print and to click.

import { t } from '../i18n/index.js';
import { bar, h } from '../ui/dom.js';
import { chapters, diagrams } from './diagrams.js';
import './home.css';

const sum = (all) => all.reduce((total, { minutes }) => total + minutes, 0);

/** The diagram to go on with: the last one shown, or else the first that is not done. */
function following(progress) {
  const last = diagrams.findIndex(({ id }) => id === progress.last());
  const order = [...diagrams.slice(Math.max(0, last)), ...diagrams];
  return order.find(({ id }) => !progress.has(id)) ?? diagrams[0];
}

/**
 * @param {object} parts
 * @param {object} parts.progress
 * @param {(id: string, ...words: any[]) => Node} parts.link
 * @param {(id: string) => Node} parts.mark   a diagram's number, or that it is done
 * @param {(text: string) => Node[]} parts.say
 * @param {(id: string) => void} parts.show
 * @param {() => void} parts.clear   forgets what is done
 */
export function courseHome({ progress, link, mark, say, show, clear }) {
  const done = diagrams.filter(({ id }) => progress.has(id)).length;
  const next = following(progress);
  const begun = Boolean(progress.last()) || done > 0;

  const entry = ({ id, minutes }) => h('li', { class: 'overview-entry' },
    mark(id),
    h('div', {},
      h('h3', {}, link(id, t(`${id}.title`)), ' ',
        h('span', { class: 'hint' }, t('course.minutes', { count: minutes }))),
      h('p', {}, say(t(`${id}.about`))),
      h('p', { class: 'hint' }, h('strong', {}, t('frame.task')), ' ', say(t(`${id}.task`)))));

  function chapter(number) {
    const own = diagrams.filter((each) => each.chapter === number);
    if (!own.length) return null;
    const finished = own.filter(({ id }) => progress.has(id)).length;
    return h('section', { class: 'card course-card', id: `chapter-${number}` },
      h('header', { class: 'chapter-head' },
        h('p', { class: 'small-title' }, t('course.chapter', { number })),
        h('h2', {}, t(`course.chapter${number}`)),
        h('p', {}, say(t(`course.chapter${number}.about`))),
        h('p', { class: 'hint' }, t('course.size', {
          count: own.length, minutes: sum(own), done: finished }))),
      h('ol', { class: 'overview' }, own.map(entry)));
  }

  return h('div', { class: 'course-home' },
    h('section', { class: 'card course-card course-welcome' },
      h('h1', { tabindex: '-1' }, t('course.headline')),
      h('p', { class: 'lead' }, say(t('course.sentence'))),
      h('div', { class: 'course-done' },
        bar(diagrams.length ? done / diagrams.length : 0),
        h('p', { class: 'hint' }, t('course.done', { done, count: diagrams.length }))),
      h('div', { class: 'course-begin' },
        h('button', { type: 'button', class: 'primary', onclick: () => show(next.id) },
          t(begun ? 'course.continue' : 'course.begin', { title: t(`${next.id}.title`) })),
        h('button', { type: 'button', onclick: () => print() }, t('course.print')),
        link('glossary', t('glossary.title')),
        begun ? h('button', { type: 'button', class: 'link', onclick: clear },
          t('course.clear')) : null)),
    chapters.map(chapter));
}
