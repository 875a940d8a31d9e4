// What can be taken away: the report, the predictions, the charts and the model itself.

import { t } from '../i18n/index.js';
import { fill, h, icon, saveBlob } from './dom.js';
import { failureBox, failureOf } from './failure.js';

export function downloads(app, measured) {
  const failure = failureBox();
  const busy = h('p', { class: 'busy', role: 'status' });
  const button = (text, help, work, id) => {
    const control = h(
      'button',
      {
        type: 'button',
        'data-download': id,
        onclick: async () => {
          control.disabled = true;
          failure.show(null);
          fill(busy, t('download.preparing'));
          try {
            await work();
          } catch (error) {
            failure.show(failureOf(error));
          }
          fill(busy);
          control.disabled = false;
        },
      },
      icon('download'),
      h('span', {}, h('strong', {}, text), h('span', { class: 'hint' }, help)),
    );
    return control;
  };
  const fromEngine = (what) => async () => {
    const { blob, name } = await app.engine.download(what);
    saveBlob(blob, name);
    if (what === 'model') app.store.set({ modelSaved: true });
  };
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
      button(t('download.model'), t('download.model.help'), fromEngine('model'), 'model'),
      button(t('download.report'), t('download.report.help'), fromEngine('report'), 'report'),
      measured
        ? button(
            t('download.predictions'),
            t('download.predictions.help'),
            fromEngine('predictions'),
            'predictions',
          )
        : null,
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
