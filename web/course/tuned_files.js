// The tuned model as files: a delta, or its folder as a zip; and opened again.

import { tuned as shipped } from 'virtual:afina-models';
import { bytes, t } from '../i18n/index.js';
import { h, icon, newId, saveBlob } from '../ui/dom.js';
import { formatSetup, readSetup } from './setup.js';

/**
 * @param {object} frame    of frame.js
 * @param {object} tuning   of tuning.js
 * @param {() => void} onOpened
 */
export function createTunedFiles(frame, tuning, onOpened) {
  const id = newId('tuned');
  const saved = h('span', { class: 'hint', role: 'status' });
  const save = (kind, name) => async () => {
    try {
      const blob = await frame.ask('saveTuned', kind);
      saveBlob(blob, name);
      saved.textContent = t('tuned.saved', { name, size: bytes(blob.size) });
    } catch (error) {
      frame.fail(error);
    }
  };
  const button = (kind, name) => h('button', { type: 'button', class: 'small', disabled: true,
    'data-tuned': kind, onclick: save(kind, name) }, icon('download'), t(`tuned.${kind}`));
  const delta = button('delta', 'instruct.delta.safetensors');
  const folder = button('folder', 'afina-instruct.zip');

  /** What can be saved at this moment. */
  function show() {
    folder.disabled = !tuning.hasModel();
    delta.disabled = folder.disabled || Boolean(tuning.opened());
  }

  async function open(files) {
    const given = [...files].map((blob) => ({ name: blob.name, blob }));
    try {
      await frame.model();
      await frame.ask('openTuned', given);
      tuning.setOpened(given[0].name);
      show();
      onOpened();
    } catch (error) {
      frame.fail(error);
    }
  }
  /** What came with the page, tuned from the model that is in use; else one that has it. */
  const setup = readSetup(location.hash);
  const file = shipped[setup.model];
  const [other] = Object.keys(shipped);
  function change() {
    history.replaceState(null, '', formatSetup({ ...readSetup(location.hash), model: other }));
    location.reload();
  }
  async function openShipped() {
    try {
      const response = await fetch(file);
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      const name = file.slice(file.lastIndexOf('/') + 1);
      await open([new File([await response.blob()], name)]);
    } catch (error) {
      frame.fail(error);
    }
  }

  const input = h('input', { type: 'file', id, class: 'visually-hidden', multiple: true,
    'data-tuned': 'open', accept: '.zip,.safetensors,.json', onchange: () => {
      if (input.files.length) open(input.files);
      input.value = '';
    } });

  return {
    element: h('div', { class: 'rows-control tuned-files', role: 'group',
      'aria-label': t('tuned.title') }, delta, ' ', folder, ' ', input,
    h('label', { for: id, class: 'link' }, t('tuned.open')), ' ',
    file ? h('button', { type: 'button', class: 'small', 'data-tuned': 'shipped',
      onclick: openShipped }, t('tuned.shipped')) : null,
    !file && other ? h('button', { type: 'button', class: 'small plain', 'data-tuned': 'change',
      onclick: change }, t('tuned.change', { model: `afina-${other}` })) : null, ' ', saved),
    show,
    /** Where the worker died, what was in it is gone. */
    async check() {
      if (tuning.hasModel()) await frame.ask('describe', 'tuned').catch(() => tuning.forget());
      show();
    },
  };
}
