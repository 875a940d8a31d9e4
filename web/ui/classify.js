// Step 4: the model at work. Probabilities while typing, several texts at once, a whole CSV.

import { percent, t } from '../i18n/index.js';
import { fileButton } from './data.js';
import { bar, fill, h, newId, saveBlob, table } from './dom.js';
import { explainer } from './explain.js';
import { failureBox, failureOf } from './failure.js';
import { stepSection } from './step.js';

/** More lines than this belong into a CSV. */
const MOST_LINES = 200;

export function classifyStep(app) {
  const { section, content } = stepSection('classify', 4);
  app.store.watch(['classifier'], ({ classifier }) => {
    section.classList.toggle('later', !classifier);
    if (!classifier) return void fill(content, h('p', { class: 'waiting' }, t('classify.waiting')));
    fill(content, h('div', { class: 'two' }, writing(app, classifier), wholeFile(app)));
  });
  return section;
}

/**
 * Calls `work` with the latest input, one call at a time: while one is under way only the newest
 * input waits.
 */
export function latestOnly(work) {
  let waiting = null;
  let busy = false;
  return async (input) => {
    waiting = { input };
    if (busy) return;
    busy = true;
    while (waiting) {
      const { input: next } = waiting;
      waiting = null;
      await work(next);
    }
    busy = false;
  };
}

/**
 * `classify`, asked only for texts that were not among those before: while somebody writes the
 * tenth line, nine are known, and the tenth is asked for alone, which lets the engine go on from
 * its last version (src/afina.h).
 */
export function onlyNew(classify, classes) {
  let known = new Map();
  return async (texts) => {
    const fresh = [...new Set(texts)].filter((text) => !known.has(text));
    const reply = fresh.length > 0 ? await classify(fresh) : { classes, probabilities: [] };
    const added = new Map(fresh.map((text, index) => [text, reply.probabilities[index]]));
    known = new Map(texts.map((text) => [text, added.get(text) ?? known.get(text)]));
    return { classes: reply.classes, probabilities: texts.map((text) => known.get(text)) };
  };
}

function writing(app, { classes }) {
  const { draft } = app.state;
  const id = newId('classify');
  const failure = failureBox();
  const area = h('textarea', {
    id,
    rows: '4',
    dir: 'auto',
    placeholder: t('classify.placeholder'),
    value: draft.text,
  });
  const many = h('input', { type: 'checkbox', id: `${id}-many`, checked: draft.many });
  const answer = h('div', { class: 'answer' });
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  const one = oneAnswer(app, classes);
  const words = explainer(app, classes);
  let pause = 0;
  const classify = onlyNew((texts) => app.engine.classify(texts), classes);

  const ask = latestOnly(async ({ text, several }) => {
    const lines = text.split('\n').map((line) => line.trim());
    const all = (several ? lines : [text.trim()]).filter(Boolean);
    const texts = all.slice(0, MOST_LINES);
    words.ask(several ? '' : (texts[0] ?? ''));
    if (texts.length === 0) {
      return void fill(answer, h('p', { class: 'hint' }, t('classify.empty')));
    }
    try {
      const reply = await classify(texts);
      // A training has ended meanwhile: this step is about to be built anew, with other classes.
      if (reply.classes.join('\n') !== classes.join('\n')) return;
      failure.show(null);
      if (several) {
        return void fill(answer, manyAnswers(app, texts, reply), onlyFirst(all.length));
      }
      one.set(reply.probabilities[0]);
      if (one.element.parentNode !== answer) fill(answer, one.element);
      clearTimeout(pause);
      pause = setTimeout(() => (spoken.textContent = one.words()), 800);
    } catch (error) {
      failure.show(failureOf(error));
    }
  });
  const changed = () => {
    Object.assign(draft, { text: area.value, many: many.checked });
    requestAnimationFrame(() => ask({ text: draft.text, several: draft.many }));
  };
  app.store.watch(['threshold'], () => changed());
  area.addEventListener('input', changed);
  many.addEventListener('change', changed);
  changed();
  return h(
    'div',
    { class: 'writing' },
    h('label', { for: id, class: 'field-label' }, t('classify.text')),
    area,
    h('div', { class: 'check' }, many, h('label', { for: `${id}-many` }, t('classify.many'))),
    failure.element,
    answer,
    spoken,
    words.element,
  );
}

const onlyFirst = (count) =>
  count > MOST_LINES
    ? h('p', { class: 'hint' }, t('classify.onlyFirst', { count: MOST_LINES }))
    : null;

/** Below the threshold that the reader has set, the classifier does not know. */
const knows = (app, best) => best >= app.state.threshold;

/** One bar a class, in the classes' own order so that bars grow and shrink in place. */
function oneAnswer(app, classes) {
  const rows = classes.map((label) => {
    const share = bar(0);
    const value = h('span', { class: 'number' });
    const element = h(
      'li',
      { class: 'probability' },
      h('span', { class: 'clip', dir: 'auto', title: label }, label),
      share,
      value,
    );
    return { label, share, value, element };
  });
  let best = 0;
  let probabilities = [];
  const doubt = h('p', { class: 'note dont-know', hidden: true });
  const unsure = () => t('calibration.unsure', { threshold: percent(app.state.threshold) });
  return {
    element: h('div', {}, doubt, h(
      'ul',
      { class: 'probabilities', 'aria-label': t('classify.probabilities') },
      rows.map(({ element }) => element),
    )),
    set(next) {
      probabilities = next;
      best = next.indexOf(Math.max(...next));
      rows.forEach(({ share, value, element }, index) => {
        share.set(next[index]);
        value.textContent = percent(next[index]);
        element.classList.toggle('best', index === best && knows(app, next[best]));
      });
      doubt.hidden = knows(app, next[best]);
      doubt.textContent = doubt.hidden ? '' : unsure();
    },
    words: () => (doubt.hidden
      ? t('classify.spoken', { label: classes[best], share: percent(probabilities[best]) })
      : unsure()),
  };
}

function manyAnswers(app, texts, { classes, probabilities }) {
  const rows = texts.map((text, index) => {
    const best = probabilities[index].indexOf(Math.max(...probabilities[index]));
    return [
      h('span', { class: 'clamp', dir: 'auto' }, text),
      knows(app, probabilities[index][best])
        ? h('strong', { dir: 'auto' }, classes[best])
        : h('em', {}, t('calibration.dontKnow')),
      percent(probabilities[index][best]),
    ];
  });
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('classify.answers') },
    table({
      caption: t('classify.answers'),
      rows,
      numeric: [2],
      rowHead: false,
      head: [t('classify.text'), t('classify.answer'), t('classify.probability')],
    }),
  );
}

function wholeFile(app) {
  const failure = failureBox();
  const progress = h('progress', {
    max: 1,
    value: 0,
    hidden: true,
    'aria-label': t('classify.fileProgress'),
  });
  const words = h('p', { class: 'hint', role: 'status' });
  const pick = fileButton('classify-file', t('classify.file'), async (file) => {
    failure.show(null);
    pick.input.disabled = true;
    progress.hidden = false;
    progress.value = 0;
    fill(words, t('classify.fileRunning', { name: file.name }));
    try {
      const blob = await app.engine.classifyTable(file, file.name, (done, total) => {
        progress.value = total > 0 ? done / total : 0;
      });
      const name = file.name.replace(/(\.\w+)?$/, '-afina.csv');
      saveBlob(blob, name);
      fill(words, t('classify.fileDone', { name }));
    } catch (error) {
      fill(words);
      failure.show(failureOf(error));
    }
    pick.input.disabled = false;
    progress.hidden = true;
  });
  return h(
    'div',
    { class: 'whole-file' },
    h('h3', {}, t('classify.fileTitle')),
    h('p', { class: 'hint' }, t('classify.fileHint')),
    pick.element,
    progress,
    words,
    failure.element,
  );
}
