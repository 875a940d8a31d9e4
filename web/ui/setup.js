// The setup of a session as the URL's hash: #lang=en&sample=en&strategy=last:2&seed=7. A hash is
// never sent to a server, so even column numbers stay on this computer. Only what differs from the
// defaults is written.

import { models } from 'virtual:afina-models';

const positive = (max) => (text) => {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) && value > 0 && value <= max ? value : undefined;
};
const whole = (min, max) => (text) => {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value >= min && value <= max ? value : undefined;
};
const share = (text) => {
  const value = Number(text);
  return text !== '' && value >= 0 && value <= 0.9 ? value : undefined;
};
const oneOf =
  (...known) =>
  (text) =>
    known.includes(text) ? text : undefined;

/** What each part of the setup accepts; anything else in the URL is left out. */
const fields = {
  lang: oneOf('pt-BR', 'en'),
  model: oneOf(...Object.keys(models)),
  sample: oneOf('pt', 'en'),
  text: whole(1, 10000),
  label: whole(1, 10000),
  strategy: (text) =>
    /^(head|full|gradual|last:[1-9]\d?|(lora|prefix|prompt):[1-9]\d{0,2})$/.test(text)
      ? text
      : undefined,
  readout: oneOf('last', 'mean', 'special', 'words'),
  epochs: whole(1, 1000),
  lr: positive(1),
  batch: whole(1, 4096),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  valid_share: share,
  test_share: share,
  ngrams: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  class_weights: oneOf('none', 'balanced'),
  sampling: oneOf('shuffle', 'balanced'),
  label_smoothing: share,
  dropout: share,
  layer_decay: positive(1),
  gradual_epochs: whole(1, 1000),
  optimizer: oneOf('adamw', 'lbfgs'),
  ridge: positive(1e9),
  lora_alpha: positive(1e6),
  lora_targets: oneOf('attn', 'mlp', 'all'),
  lora_blocks: whole(0, 99),
  cache_mb: (text) =>
    text !== '' && Number(text) >= 0 && Number(text) <= 4095 ? Number(text) : undefined,
  threshold: positive(1),
  threads: whole(1, 16),
  numerics: oneOf('plain', 'fused'),
};

/** The names of the training options among them, as the engine calls them. */
export const optionNames = [
  'strategy',
  'readout',
  'epochs',
  'lr',
  'batch',
  'seed',
  'valid_share',
  'test_share',
  'ngrams',
  'class_weights',
  'sampling',
  'label_smoothing',
  'dropout',
  'layer_decay',
  'gradual_epochs',
  'optimizer',
  'ridge',
  'lora_alpha',
  'lora_targets',
  'lora_blocks',
  'cache_mb',
];

/** Some go with one strategy only. */
function goesWith(name, strategy = 'head') {
  if (name.startsWith('lora_')) return strategy.startsWith('lora:');
  return strategy === 'head' || !['optimizer', 'ridge'].includes(name);
}

/** The training options that were chosen; the rest is left to the engine. */
export const optionsOf = (setup) =>
  Object.fromEntries(
    optionNames
      .filter((name) => setup[name] !== undefined && goesWith(name, setup.strategy))
      .map((name) => [name, setup[name]]),
  );

/** A value that the field takes, or undefined. */
export const readField = (name, text) => fields[name](String(text).trim());

export function parseSetup(hash) {
  const setup = {};
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    if (!Object.hasOwn(fields, name)) continue;
    const value = readField(name, text);
    if (value !== undefined) setup[name] = value;
  }
  return setup;
}

export function formatSetup(setup) {
  const parts = Object.keys(fields)
    .filter((name) => setup[name] !== undefined && setup[name] !== null)
    .map((name) => `${name}=${encodeURIComponent(setup[name]).replaceAll('%3A', ':')}`);
  return parts.length ? `#${parts.join('&')}` : '';
}
