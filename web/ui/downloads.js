// What can be taken away: the report, the predictions, the charts and the model itself.

import { bytes, t } from '../i18n/index.js';
import { fill, h, icon, saveBlob } from './dom.js';
import { failureBox, failureOf } from './failure.js';

export function downloads(app, measured) {
  const failure = failureBox();
  const busy = h('p', { class: 'busy', role: 'status' });
  async function save(what) {
    const { blob, name } = await app.engine.download(what);
    saveBlob(blob, name);
    if (['model', 'delta'].includes(what)) app.store.set({ modelSaved: true });
  }
  function button(what, values) {
    async function onclick() {
      control.disabled = true;
      failure.show(null);
      fill(busy, t('download.preparing'));
      await save(what).catch((error) => failure.show(failureOf(error)));
      fill(busy);
      control.disabled = false;
    }
    const help = h('span', { class: 'hint' }, t(`download.${what}.help`, values));
    const words = h('span', {}, h('strong', {}, t(`download.${what}`)), help);
    const attributes = { type: 'button', 'data-download': what, onclick };
    const control = h('button', attributes, icon('download'), words);
    return control;
  }
  const model = button('model');
  app.engine.deltaSize().then((size) => {
    if (size > 0) model.after(button('delta', { size: bytes(size) }));
  });
  const kept = h('p', { class: 'hint' });
  app.store.watch(['saved'], ({ saved }) => {
    const forget = { type: 'button', class: 'link', onclick: app.forgetSaved };
    fill(kept, saved ? [t('saved.kept'), ' ', h('button', forget, t('saved.forget'))] : null);
  });
  return h(
    'div',
    { class: 'downloads' },
    h('h3', {}, t('download.title')),
    failure.element,
    busy,
    h(
      'div',
      { class: 'download-buttons' },
      model,
      button('report'),
      measured ? button('predictions') : null,
    ),
    kept,
  );
}

/** A small button beside a chart that saves it as a picture. */
export function pictureButton(name, canvasOf) {
  return h(
    'button',
    {
      type: 'button',
      class: 'small',
      'data-download': name,
      title: t('download.picture.help'),
      onclick: async () => saveBlob(await picture(canvasOf()), name),
    },
    icon('download'),
    t('download.picture'),
  );
}

/**
 * A canvas as PNG on the card's colour: a transparent curve is unreadable on another page's
 * background.
 */
function picture(canvas) {
  const copy = h('canvas', {});
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d');
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--card').trim();
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return new Promise((resolve, reject) =>
    copy.toBlob(
      (blob) =>
        blob ? resolve(blob) : reject(new Error('The browser could not encode the picture.')),
      'image/png',
    ),
  );
}
