// The setup in the address: what it says is restored, and nothing else gets in.

import { describe, expect, it } from 'vitest';
import { formatSetup, optionsOf, parseSetup, readField } from '../ui/setup.js';

describe('the setup in the address', () => {
  it('comes back as it was', () => {
    const setup = {
      lang: 'pt-BR',
      model: 'base',
      sample: 'pt',
      text: 2,
      label: 1,
      strategy: 'last:2',
      readout: 'mean',
      ngrams: false,
      epochs: 5,
      lr: 0.0003,
      batch: 8,
      seed: 0,
      valid_share: 0,
      test_share: 0.25,
      class_weights: 'balanced',
      sampling: 'shuffle',
      label_smoothing: 0.1,
      dropout: 0,
      layer_decay: 0.5,
      gradual_epochs: 2,
      optimizer: 'adamw',
      ridge: 20,
      threshold: 0.9,
    };
    const hash = formatSetup(setup);
    expect(hash).toContain('strategy=last:2');
    expect(parseSetup(hash)).toEqual(setup);
  });

  it('gives the engine the training options that were chosen', () => {
    expect(optionsOf({ lang: 'en', seed: 0, ngrams: false, threads: 2 })).toEqual({
      seed: 0,
      ngrams: false,
    });
  });

  it.each(['lora:8', 'prefix:16', 'prompt:1'])('knows the strategy %s', (strategy) => {
    expect(parseSetup(formatSetup({ strategy }))).toEqual({ strategy });
  });

  it('is empty where nothing was chosen', () => {
    expect(formatSetup({ seed: undefined, sample: null })).toBe('');
    expect(parseSetup('')).toEqual({});
  });

  it.each([
    '#epochs=0',
    '#epochs=1.5',
    '#epochs=',
    '#lr=-1',
    '#lr=NaN',
    '#lr=Infinity',
    '#batch=1e9',
    '#strategy=last:0',
    '#strategy=full;rm',
    '#strategy=lora',
    '#strategy=lora:0',
    '#strategy=prefix:x',
    '#strategy=prompt:1000',
    '#sample=../../secret',
    '#lang=xx',
    '#model=../base',
    '#model=toString',
    '#__proto__=1',
    '#constructor=1',
    '#ngrams=constructor',
    '#ngrams=0',
    '#class_weights=even',
    '#sampling=',
    '#dropout=1',
    '#layer_decay=0',
    '#gradual_epochs=0',
    '#valid_share=1',
    '#%E0%A4%A',
  ])('leaves out %s', (hash) => {
    const setup = parseSetup(hash);
    expect(Object.keys(setup)).toEqual([]);
    expect(Object.getPrototypeOf(setup)).toBe(Object.prototype);
  });

  it('reads what a field holds', () => {
    expect(readField('seed', ' 7 ')).toBe(7);
    expect(readField('test_share', 0.2)).toBe(0.2);
    expect(readField('ngrams', 'true')).toBe(true);
    expect(readField('epochs', 'many')).toBeUndefined();
  });
});

it('keeps LoRA’s options for LoRA only', () => {
  const setup = parseSetup('#strategy=lora:4&lora_alpha=8&lora_targets=mlp&lora_blocks=0');
  const lora = { lora_alpha: 8, lora_targets: 'mlp', lora_blocks: 0 };
  expect(optionsOf(setup)).toEqual({ strategy: 'lora:4', ...lora });
  expect(optionsOf({ ...setup, strategy: 'head' })).toEqual({ strategy: 'head' });
  expect(optionsOf({ ...lora, seed: 1 })).toEqual({ seed: 1 });
  expect(parseSetup('#lora_alpha=0&lora_targets=x&lora_blocks=1.5')).toEqual({});
});
