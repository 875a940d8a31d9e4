// The frame around the steps: header, the first words, the model's weights arriving, footer.

import { models } from 'virtual:afina-models';
import { bytes, compact, currentLanguage, moment, t } from '../i18n/index.js';
import { fill, h, icon } from './dom.js';
import { failureBox } from './failure.js';
import { languageSwitch, switchOf } from './switches.js';
import { toggleTheme } from './theme.js';

export const steps = ['data', 'train', 'evaluate', 'classify'];

/** Where the repository is: told at build time, or read off a GitHub Pages address. */
function repository() {
  const told = import.meta.env?.VITE_REPOSITORY;
  if (told) return told;
  const owner = /^([\w-]+)\.github\.io$/.exec(location.hostname)?.[1];
  const name = location.pathname.split('/')[1];
  return owner && name ? `https://github.com/${owner}/${name}` : null;
}

/** Scrolls to a step and puts the focus there, without touching the hash: that is the setup's. */
export function goToStep(id) {
  const heading = document.querySelector(`#${id}-title`);
  const smooth = matchMedia('(prefers-reduced-motion: no-preference)').matches;
  heading
    .closest('section')
    .scrollIntoView({ behavior: smooth ? 'smooth' : 'auto', block: 'start' });
  heading.focus({ preventScroll: true });
}

/** What makes a link one to a step. */
function to(id) {
  const onclick = (event) => {
    event.preventDefault();
    goToStep(id);
  };
  return { href: `#${id}`, onclick };
}

function stepLink(app, id, index) {
  const mark = h('span', { class: 'step-mark', 'aria-hidden': 'true' });
  app.store.watch(['inspection', 'result', 'classifier'], (state) => {
    const done = {
      data: state.inspection,
      train: state.result,
      evaluate: state.result,
      classify: state.classifier,
    };
    fill(mark, done[id] ? icon('check') : String(index + 1));
    mark.classList.toggle('done', Boolean(done[id]));
  });
  return h('a', to(id), mark, t(`${id}.nav`));
}

function themeButton(app) {
  const button = h('button', {
    type: 'button',
    class: 'plain icon-only',
    onclick: () => app.store.set({ theme: toggleTheme() }),
  });
  app.store.watch(['theme'], ({ theme }) => {
    const label = t(theme === 'dark' ? 'header.toLight' : 'header.toDark');
    button.setAttribute('aria-label', label);
    button.title = label;
    fill(button, icon(theme === 'dark' ? 'sun' : 'moon'));
  });
  return button;
}

export function pageHeader(app) {
  const url = repository();
  const links = steps.map((id, index) => h('li', {}, stepLink(app, id, index)));
  const mark = h('span', { class: 'brand-mark', 'aria-hidden': 'true' });
  return h(
    'div',
    { class: 'bar-inner' },
    h('a', { class: 'skip', ...to('data') }, t('header.skip')),
    h('span', { class: 'brand' }, mark, 'Afina'),
    h('nav', { 'aria-label': t('header.steps') }, h('ol', { class: 'steps-nav' }, links)),
    h(
      'div',
      { class: 'tools' },
      h('a', { href: `course.html#lang=${currentLanguage()}` }, t('header.course')),
      url ? h('a', { href: `${url}#readme`, rel: 'noreferrer' }, t('header.readme')) : null,
      languageSwitch(app.changeLanguage),
      themeButton(app),
    ),
  );
}

export function pageIntro(app) {
  return h(
    'section',
    { class: 'intro', 'aria-labelledby': 'page-title' },
    h(
      'div',
      { class: 'intro-words' },
      h('h1', { id: 'page-title' }, t('app.headline')),
      h('p', { class: 'lead' }, t('app.sentence')),
      h(
        'details',
        { class: 'privacy' },
        h('summary', {}, icon('lock'), t('privacy.title')),
        h('p', {}, t('privacy.how')),
        h('p', {}, t('privacy.check')),
      ),
    ),
    modelPanel(app),
  );
}

/** The weights: arriving, here, or not to be had. */
function modelPanel(app) {
  const body = h('div', { class: 'model-body' });
  const failure = failureBox();
  const input = h('input', {
    type: 'file',
    id: 'model-files',
    class: 'visually-hidden',
    multiple: true,
    accept: '.json,.safetensors,.delta,.zip',
    onchange: () => {
      if (input.files.length) app.loadModelFiles(input.files);
      input.value = '';
    },
  });
  const label = h('label', { for: 'model-files', class: 'link' }, t('model.open'));
  const open = h('div', { class: 'model-open' }, input, label);
  const progress = h('progress', { max: 1, 'aria-label': t('model.loading') });
  app.store.watch(['model'], ({ model }) => {
    const parts = {
      loading: () => loading(model, progress),
      ready: () => facts(model.info),
      failed: () => null,
    };
    fill(body, model.opening ? h('p', {}, t('model.opening')) : parts[model.status]());
    const retry = h('button', { type: 'button', onclick: app.loadModel }, t('action.retry'));
    failure.show(model.failure, model.status === 'failed' ? retry : null);
  });
  app.store.watch(['training'], () => (input.disabled = app.isTraining()));
  return h(
    'div',
    { class: 'model card' },
    h('h2', { class: 'small-title' }, t('model.title')),
    modelChoice(app),
    body,
    failure.element,
    openedDelta(app),
    savedModel(app),
    open,
  );
}

/** The page's own models: none of them is chosen where one of the reader's is in use. */
function modelChoice(app) {
  const buttons = Object.entries(models).map(([id, size]) =>
    h(
      'button',
      { type: 'button', 'data-model': id, onclick: () => app.chooseModel(id) },
      `afina-${id} `,
      h('span', { class: 'hint' }, bytes(size)),
    ),
  );
  app.store.watch(['model', 'training'], ({ model }) => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.model === model.choice));
      button.disabled = app.isTraining();
    }
  });
  return [switchOf(t('model.title'), buttons), h('p', { class: 'hint' }, t('model.choice'))];
}

/** The classifier that a delta made of the model in use. */
function openedDelta(app) {
  const words = h('p', { class: 'delta', role: 'status' });
  app.store.watch(['classifier'], ({ classifier }) => {
    const opened = classifier?.from === 'delta';
    words.hidden = !opened;
    if (!opened) return void fill(words);
    const { name, classes } = classifier;
    fill(words, t('model.delta', { name, count: classes.length }));
  });
  return words;
}

/** A model of an earlier visit that this browser keeps. */
function savedModel(app) {
  const place = h('div', { class: 'saved' });
  app.store.watch(['saved', 'result', 'classifier'], ({ saved, result, classifier }) => {
    place.hidden = !saved || Boolean(result);
    if (place.hidden) return;
    const about = { count: saved.classes.length, name: saved.name, when: moment(saved.savedAt) };
    const inUse = classifier?.from === 'saved';
    const button = (text, onclick) =>
      h('button', { type: 'button', class: 'small', onclick }, text);
    fill(
      place,
      h('h3', {}, t('saved.title')),
      h('p', { class: 'hint', dir: 'auto' }, t('saved.about', about)),
      inUse ? null : button(t('saved.open'), app.openSaved),
      button(t('saved.forget'), app.forgetSaved),
    );
  });
  return place;
}

function loading({ loaded, total }, progress) {
  if (total > 0) progress.value = loaded / total;
  else progress.removeAttribute('value');
  const sizes = { loaded: bytes(loaded), total: bytes(total) };
  const said = total > 0 ? t('model.loadingBytes', sizes) : t('model.loading');
  return [h('p', {}, said), progress];
}

function facts(info) {
  const rows = [
    [t('model.parameters'), compact(info.parameters)],
    [
      t('model.blocks'),
      t('model.blocksValue', { layers: info.layers, width: info.width, heads: info.heads }),
    ],
    [t('model.context'), t('model.contextValue', { count: info.context })],
    [t('model.vocabulary'), t('model.vocabularyValue', { count: info.vocabulary })],
    [t('model.threads'), t('model.threadsValue', { count: info.threads })],
    [t('model.numerics'), t(`numerics.${info.numerics}`)],
  ];
  const count = info.classes?.length;
  const state = count ? t('model.isClassifier', { count }) : t('model.isReady');
  const facts = rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)));
  return [
    h('p', { class: 'model-name' }, icon('check'), h('strong', {}, info.name), ' ', state),
    h('dl', { class: 'facts' }, facts),
  ];
}

export function pageFooter() {
  const link = { href: `bench.html#lang=${currentLanguage()}`, target: '_blank' };
  return h('p', {}, t('footer.words'), ' ', h('a', link, t('footer.bench')));
}
