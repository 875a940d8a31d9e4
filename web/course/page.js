// The course as a page: the path on one side, the diagram that is shown on the other. In another
// language it is built anew.

import { currentLanguage, addWords, preferredLanguage, setLanguage, t }
  from '../i18n/index.js';
import { fill, h, icon } from '../ui/dom.js';
import { languageSwitch } from '../ui/switches.js';
import { startTheme, toggleTheme } from '../ui/theme.js';
import { chapters, diagrams, findDiagram } from './diagrams.js';
import { createCourseEngine } from './engine.js';
import { createFrame } from './frame.js';
import { createGlossary } from './glossary.js';
import { courseHome } from './home.js';
import { createProgress } from './progress.js';
import { createRows } from './rows.js';
import { formatSetup, readSetup } from './setup.js';
import { courseWords } from './words/index.js';

function themeButton(afterwards) {
  const button = h('button', { type: 'button', class: 'plain icon-only', onclick: () => {
    toggleTheme();
    afterwards();
  } });
  const show = () => {
    const dark = document.documentElement.dataset.theme === 'dark';
    const label = t(dark ? 'header.toLight' : 'header.toDark');
    button.setAttribute('aria-label', label);
    fill(button, icon(dark ? 'sun' : 'moon'));
  };
  show();
  return { button, show };
}

/**
 * @param {Promise<void>} before    nothing is fetched before it
 * @param {() => void} whenFetched  called when the page needs nothing more from the network
 */
export function startCourse(before, whenFetched) {
  addWords(courseWords);
  const setup = readSetup(location.hash);
  setLanguage(setup.lang ?? preferredLanguage(navigator.languages));
  const engine = createCourseEngine({ before, setup });
  const progress = createProgress();
  const course = {
    engine, rows: createRows(engine), told: setup.told,
    onTold: (told) => address({ told }), onDone: markDone,
    say: (text) => glossary.say(text),
  };
  const glossary = createGlossary(
    (id) => (id === 'glossary' || findDiagram(id) ? link(id, titleOf(id)) : null));
  let frame = null;
  let path = null;

  /** Told values change in place; another diagram is an entry of the browser's history. */
  function address(patch, push = false) {
    Object.assign(setup, patch);
    const url = formatSetup(setup);
    if (push) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }

  /** Of a diagram, or of the glossary. */
  const titleOf = (id) => t(id === 'glossary' ? 'glossary.whole' : `${id}.title`);

  function markDone(id) {
    if (progress.add(id)) path?.replaceWith(path = coursePath());
  }

  function show(id, push = true) {
    course.told = {};
    address({ show: id, told: course.told }, push);
    build();
    document.querySelector('#main h1')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  const link = (id, ...words) => h('a', {
    href: formatSetup({ ...setup, told: {}, show: id }),
    'aria-current': setup.show === id ? 'page' : null,
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(id);
    },
  }, words);

  const mark = (id) => h('span', { class: `step-mark${progress.has(id) ? ' done' : ''}` },
    progress.has(id) ? icon('check') : id.slice(2, 4).replace(/^0/, ''),
    progress.has(id) ? h('span', { class: 'visually-hidden' }, t('frame.done')) : null);

  function coursePath() {
    const of = (chapter) => diagrams.filter((each) => each.chapter === chapter);
    return h('nav', { class: 'course-path', 'aria-label': t('course.path') },
      chapters.filter((chapter) => of(chapter).length).map((chapter) => h('section', {},
        h('h2', { class: 'small-title' }, t(`course.chapter${chapter}`)),
        h('ol', {}, of(chapter).map(
          ({ id }) => h('li', {}, link(id, mark(id), t(`${id}.title`))))))),
      h('p', { class: 'path-more' }, link('glossary', t('glossary.title'))));
  }

  const home = () => courseHome({ progress, link, mark, show,
    say: (text) => glossary.say(text),
    clear() {
      progress.clear();
      build();
      document.querySelector('#main h1').focus();
    } });

  const glossaryPage = () => glossary.page({ query: course.told.q,
    onQuery: (q) => address({ told: course.told = q ? { q } : {} }) });

  function neighbours() {
    const at = diagrams.findIndex(({ id }) => id === setup.show);
    const [before_, after] = [diagrams[at - 1], diagrams[at + 1]];
    return h('nav', { class: 'neighbours', 'aria-label': t('course.neighbours') },
      before_ ? link(before_.id, '← ', t(`${before_.id}.title`)) : h('span'),
      after ? link(after.id, t(`${after.id}.title`), ' →') : h('span'));
  }

  function header() {
    const theme = themeButton(() => {
      theme.show();
      frame?.redraw();
    });
    const brand = h('span', { class: 'brand-mark', 'aria-hidden': 'true' });
    fill(document.querySelector('#header'), h('div', { class: 'bar-inner' },
      h('a', { class: 'brand', href: `./#lang=${currentLanguage()}` }, brand, 'Afina'),
      h('nav', { 'aria-label': t('course.title') }, link(undefined, t('course.title'))),
      h('div', { class: 'tools' }, languageSwitch(changeLanguage), theme.button)));
  }

  function changeLanguage(tag) {
    setLanguage(tag);
    address({ lang: tag });
    build();
  }

  function build() {
    frame?.close();
    document.documentElement.lang = currentLanguage();
    const entry = setup.show && findDiagram(setup.show);
    const title = entry ? t(`${entry.id}.title`) : setup.show && t('glossary.title');
    document.title = [title, t('course.title'), 'Afina'].filter(Boolean).join(' · ');
    header();
    if (entry) progress.visit(entry.id);
    path = coursePath();
    frame = entry ? createFrame(course, entry) : null;
    const stage = () => (frame ? [frame.element, neighbours()] : glossaryPage());
    fill(document.querySelector('#main'), setup.show ? h('div', { class: 'course' }, path,
      h('div', { class: 'course-stage' }, stage())) : home());
    fill(document.querySelector('#footer'), h('p', {}, t('course.footer'), ' ',
      h('a', { href: `./#lang=${currentLanguage()}` }, t('course.back'))));
    frame?.start();
  }

  addEventListener('popstate', () => {
    const { show: id, told, lang } = readSetup(location.hash);
    if (lang && lang !== currentLanguage()) setLanguage(lang);
    course.told = told;
    Object.assign(setup, { show: id, told, lang });
    build();
  });
  startTheme(() => frame?.redraw());
  build();
  // The code of all diagrams, behind the one that is shown: from then on it needs no network.
  before.then(() => Promise.allSettled(diagrams.map(({ load }) => load()))).then(whenFetched);
}
