// The labeled rows that the diagrams share: a sample of ours until the reader opens a table.

import { currentLanguage, t } from '../i18n/index.js';
import { fill, h, newId } from '../ui/dom.js';

const SAMPLES = { 'pt-BR': 'mensagens-de-alunos.csv', en: 'support-messages.csv' };

/** @param {{ask: (method: string, ...args: any[]) => Promise<any>}} engine */
export function createRows(engine) {
  /** The reader's file, for as long as the page is open. */
  let own = null;
  let opened = null;
  let openedOf = null;

  async function sample() {
    const name = SAMPLES[currentLanguage()];
    const response = await fetch(`samples/${name}`);
    return { name, blob: await response.blob() };
  }

  const which = () => own ?? currentLanguage();

  async function get() {
    if (opened && openedOf === which()) return opened;
    openedOf = which();
    opened = (own ? Promise.resolve(own) : sample()).then(
      ({ name, blob }) => engine.ask('openRows', blob, name));
    opened.catch(() => {
      opened = null;
      own = null;
    });
    return opened;
  }

  /** What says which rows these are, and opens others. */
  function control(onChange) {
    const id = newId('rows');
    const name = h('span', { class: 'rows-name', dir: 'auto' });
    const show = () => fill(name, own?.name ?? t('rows.sample'));
    const input = h('input', { type: 'file', id, class: 'visually-hidden',
      accept: '.csv,.tsv,.txt,text/csv', onchange: () => {
        const [file] = input.files;
        if (file) own = { name: file.name, blob: file };
        input.value = '';
        show();
        onChange();
      } });
    show();
    return h('div', { class: 'rows-control' }, t('rows.title'), ' ', name, ' ', input,
      h('label', { for: id, class: 'link' }, t('rows.open')));
  }

  return { get, control };
}
