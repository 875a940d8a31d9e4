// What the page asks of the engine while somebody types.

import { describe, expect, it } from 'vitest';
import { onlyNew } from '../ui/classify.js';

const classes = ['sim', 'não'];

/** Answers with the text's length; keeps what was asked. */
function engine() {
  const asked = [];
  const classify = async (texts) => {
    asked.push(texts);
    return { classes, probabilities: texts.map((text) => [text.length, 0]) };
  };
  return { asked, classify };
}

describe('only new texts', () => {
  it('asks for the line that changed, and answers for all', async () => {
    const { asked, classify } = engine();
    const ask = onlyNew(classify, classes);
    await ask(['um', 'dois', 't']);
    const reply = await ask(['um', 'dois', 'três']);
    expect(asked).toEqual([['um', 'dois', 't'], ['três']]);
    expect(reply).toEqual({ classes, probabilities: [[2, 0], [4, 0], [4, 0]] });
  });

  it('asks for equal lines once, and for none that it knows', async () => {
    const { asked, classify } = engine();
    const ask = onlyNew(classify, classes);
    const { probabilities } = await ask(['a', 'bb', 'a']);
    expect(probabilities).toEqual([[1, 0], [2, 0], [1, 0]]);
    expect(await ask(['bb', 'a'])).toEqual({ classes, probabilities: [[2, 0], [1, 0]] });
    expect(asked).toEqual([['a', 'bb']]);
  });

  it('keeps no more than the texts asked last, also where asking fails', async () => {
    const { asked, classify } = engine();
    const fragile = (texts) => (texts.includes('!') ? Promise.reject(new Error('x'))
      : classify(texts));
    const ask = onlyNew(fragile, classes);
    await ask(['a']);
    await expect(ask(['a', '!'])).rejects.toThrow('x');
    await ask(['b']);
    await ask(['a']);
    expect(asked).toEqual([['a'], ['b'], ['a']]);
  });
});
