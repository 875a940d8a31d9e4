// What went wrong, in the reader's language, with the engine's own English sentence under it.

import { hasText, t } from '../i18n/index.js';
import { fill, h, icon } from './dom.js';

/**
 * Every rejection as a Failure (see engine/types.js), also those that come from the browser itself.
 */
export function failureOf(error) {
  if (error?.failure) return error.failure;
  return { code: 'UNKNOWN', detail: String(error?.message ?? error) };
}

export function failureSentence(failure) {
  const key = `failure.${failure.code}`;
  return t(hasText(key) ? key : 'failure.UNKNOWN', failure.values);
}

/** A box that announces a failure when it gets one, and is away when it has none. */
export function failureBox(onClose) {
  const box = h('div', { class: 'failure', role: 'alert', hidden: true });
  return {
    element: box,
    show(failure, extra = null) {
      box.hidden = !failure;
      if (!failure) return void fill(box);
      const close =
        onClose &&
        h(
          'button',
          {
            type: 'button',
            class: 'plain icon-only',
            'aria-label': t('action.dismiss'),
            onclick: onClose,
          },
          icon('close'),
        );
      fill(
        box,
        icon('warning'),
        h(
          'div',
          { class: 'failure-text' },
          h('p', {}, h('strong', {}, failureSentence(failure))),
          failure.detail
            ? h('p', { class: 'detail', lang: 'en', dir: 'auto' }, failure.detail)
            : null,
          extra,
        ),
        close,
      );
    },
  };
}
