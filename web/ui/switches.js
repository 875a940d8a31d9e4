// Buttons of which one is pressed, and those that choose the page's language.

import { currentLanguage, languages, t } from '../i18n/index.js';
import { h } from './dom.js';

/** Buttons of which one is pressed. */
export const switchOf = (label, buttons) =>
  h('div', { class: 'switch', role: 'group', 'aria-label': label }, buttons);

/** @param {(tag: string) => void} change */
export function languageSwitch(change) {
  const names = { 'pt-BR': ['PT', 'Português'], en: ['EN', 'English'] };
  const buttons = languages.map((tag) => {
    const [short, name] = names[tag];
    const attributes = {
      type: 'button',
      lang: tag,
      'data-language': tag,
      title: name,
      'aria-label': name,
      'aria-pressed': String(tag === currentLanguage()),
      onclick: () => change(tag),
    };
    return h('button', attributes, short);
  });
  return switchOf(t('header.language'), buttons);
}
