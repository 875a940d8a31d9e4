// What there is to choose from where strategies are compared, and what to call each.

import { hasText, t } from '../i18n/index.js';

/** As the engine calls them (src/train/options.h), from what trains least on. */
export const STRATEGIES = ['head', 'last:1', 'gradual', 'full', 'lora:4', 'prefix:8', 'prompt:8'];

/** "last:2" in words. */
export function strategyWords(strategy) {
  const [kind, size] = strategy.split(':');
  const key = `strategies.${kind}`;
  return hasText(key) ? t(key, { count: Number(size ?? 0) }) : strategy;
}
