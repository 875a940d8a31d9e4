// Step 1: the table. A drop zone and samples, then what was read and which columns count.

import { hasText, t } from '../i18n/index.js';
import { dataReport } from './data-report.js';
import { samples } from './data-actions.js';
import { fill, h, icon, newId, table as htmlTable } from './dom.js';
import { editsBar } from './edits-bar.js';
import { failureBox } from './failure.js';
import { stepSection } from './step.js';
import { heldOffer, keptNote, workOffer } from './work-offer.js';

const ACCEPT = '.csv,.tsv,.tab,.txt,text/csv,text/tab-separated-values,text/plain';
const WARNINGS_SHOWN = 50;

/**
 * A file input that looks like a button: the input keeps the keyboard, the label is what is seen.
 */
export function fileButton(id, text, onFile, primary = false) {
  const input = h('input', {
    type: 'file',
    id,
    class: 'visually-hidden',
    accept: ACCEPT,
    onchange: () => {
      const [file] = input.files;
      input.value = '';
      if (file) onFile(file);
    },
  });
  const label = h(
    'label',
    { for: id, class: primary ? 'button primary' : 'button' },
    icon('upload'),
    text,
  );
  return { element: h('span', { class: 'file-button' }, input, label), input };
}

export function dataStep(app) {
  const failure = failureBox(() => app.store.set({ dataFailure: null }));
  const body = h('div', {});
  const busy = h('p', { class: 'busy', role: 'status' });
  const { section, content } = stepSection('data', 1);
  fill(content, workOffer(app), intake(app), busy, failure.element, body);

  acceptDrops(app, section);
  app.store.watch(['opening'], ({ opening }) =>
    fill(busy, opening ? t('data.opening', { name: opening }) : ''),
  );
  app.store.watch(['dataFailure'], (state) => {
    const kept =
      state.dataFailure?.name && state.table
        ? h('p', {}, t('data.kept', { name: state.table.name }))
        : null;
    failure.show(state.dataFailure, kept);
  });
  app.store.watch(['table'], ({ table }) => fill(body, table ? loaded(app, table) : null));
  return section;
}

function acceptDrops(app, section) {
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    section.classList.toggle('dropping', depth > 0);
  };
  section.addEventListener('dragenter', () => mark(1));
  section.addEventListener('dragleave', () => mark(-1));
  section.addEventListener('dragover', (event) => event.preventDefault());
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    const [file] = event.dataTransfer.files;
    if (file && !app.isTraining()) app.openTable(file, file.name);
  });
}

function intake(app) {
  const pick = fileButton(
    'data-file',
    t('data.choose'),
    (file) => app.openTable(file, file.name),
    true,
  );
  const zone = h(
    'div',
    { class: 'drop-zone' },
    h('p', { class: 'drop-title' }, t('data.drop')),
    pick.element,
    h('p', { class: 'hint' }, t('data.dropHint')),
  );
  const buttons = Object.keys(samples).map((id) =>
    h(
      'button',
      { type: 'button', class: 'sample', 'data-sample': id, onclick: () => app.openSample(id) },
      h('strong', {}, t(`sample.${id}.title`)),
      h('span', { class: 'hint' }, t(`sample.${id}.about`)),
    ),
  );
  const title = h('p', { class: 'samples-title' }, t('data.samples'));
  const own = h('div', { class: 'samples' }, title, buttons);
  app.store.watch(['training'], () => {
    for (const control of [pick.input, ...buttons]) control.disabled = app.isTraining();
    pick.element.classList.toggle('disabled', app.isTraining());
  });
  const all = h('div', { class: 'intake' }, zone, own);
  app.store.watch(['table', 'sample'], ({ table, sample }) => {
    all.classList.toggle('compact', Boolean(table));
    for (const button of buttons)
      button.setAttribute('aria-pressed', String(button.dataset.sample === sample));
  });
  return all;
}

function loaded(app, table) {
  return [
    heldOffer(app),
    h(
      'div',
      { class: 'two wide-left' },
      h('div', {}, fileFacts(table), columnChoice(app, table), preview(app, table), testFile(app)),
      dataReport(app),
    ),
    editsBar(app, { full: true }),
    keptNote(app),
  ];
}

function fileFacts(table) {
  const delimiters = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };
  const delimiter = delimiters[table.delimiter];
  const facts = [
    t('data.rows', { count: table.rows }),
    t('data.columns', { count: table.columns.length }),
    delimiter ? t('data.delimiter', { delimiter: t(`delimiter.${delimiter}`) }) : null,
    table.encoding.toUpperCase().replace('WINDOWS', 'Windows'),
  ].filter(Boolean);
  return h(
    'div',
    { class: 'file-facts' },
    h('h3', { dir: 'auto' }, table.name),
    h('p', { class: 'hint' }, facts.join(' · ')),
    warnings(table),
  );
}

function warnings(table) {
  const count = table.warningCount ?? table.warnings.length;
  if (count === 0) return null;
  const more = count - WARNINGS_SHOWN;
  const items = table.warnings.slice(0, WARNINGS_SHOWN).map(({ row, code, detail }) => {
    const key = `warning.${code}`;
    const words = hasText(key) ? t(key) : h('span', { lang: 'en' }, detail);
    return h('li', {}, t('data.warningRow', { row: String(row) }), ' ', words);
  });
  return h(
    'details',
    { class: 'warnings' },
    h('summary', {}, icon('warning'), t('data.warnings', { count })),
    h('ul', {}, items),
    more > 0 ? h('p', { class: 'hint' }, t('data.moreRows', { count: more })) : null,
  );
}

function columnChoice(app, table) {
  const select = (which) => {
    const id = newId('column');
    const control = h(
      'select',
      {
        id,
        onchange: () => app.chooseColumns({ ...app.state.columns, [which]: Number(control.value) }),
      },
      table.columns.map((name, index) => h('option', { value: String(index) }, name)),
    );
    app.store.watch(['columns', 'training'], ({ columns }) => {
      control.value = String(columns[which]);
      control.disabled = app.isTraining();
    });
    return h('div', { class: 'field' }, h('label', { for: id }, t(`data.${which}Column`)), control);
  };
  return h('div', { class: 'fields' }, select('text'), select('label'));
}

/** The first rows, with the two chosen columns marked. */
function preview(app, table) {
  const place = h('div', {
    class: 'scroll preview',
    tabindex: '0',
    role: 'region',
    'aria-label': t('data.preview'),
  });
  app.store.watch(['columns'], ({ columns }) => {
    const role = (index) =>
      index === columns.text ? 'text' : index === columns.label ? 'label' : null;
    const head = table.columns.map((name, index) => [
      h('span', { dir: 'auto' }, name),
      role(index)
        ? h('span', { class: `chip ${role(index)}` }, t(`data.${role(index)}Chip`))
        : null,
    ]);
    const rows = table.preview.map((row) =>
      row.map((cell) => h('span', { class: 'clamp', dir: 'auto' }, cell)),
    );
    fill(place, htmlTable({ caption: t('data.preview'), head, rows, rowHead: false }));
    for (const line of place.querySelectorAll('tr')) {
      [...line.children].forEach((cell, index) => cell.classList.add(role(index) ?? 'other'));
    }
  });
  return place;
}

function testFile(app) {
  const pick = fileButton('test-file', t('data.testChoose'), (file) =>
    app.openTestTable(file, file.name),
  );
  const close = h('button', { type: 'button', onclick: app.closeTestTable }, t('data.testRemove'));
  const place = h('div', { class: 'test-file' });
  const words = h('p', { class: 'hint' }, t('data.testHint'));
  app.store.watch(['testTable', 'training'], ({ testTable }) => {
    pick.input.disabled = close.disabled = app.isTraining();
    pick.element.classList.toggle('disabled', app.isTraining());
    fill(
      place,
      testTable
        ? [
            h(
              'p',
              { dir: 'auto' },
              icon('check'),
              t('data.testLoaded', { name: testTable.name, count: testTable.rows }),
            ),
            close,
          ]
        : [words, pick.element],
    );
  });
  const fold = h('details', {}, h('summary', {}, t('data.testTitle')), place);
  app.store.watch(['testTable'], ({ testTable }) => {
    if (testTable) fold.open = true;
  });
  return fold;
}
