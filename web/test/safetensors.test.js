// What a state says of itself, and how far two of them lie apart.

import { describe, expect, it } from 'vitest';
import { changesBetween, readHeader, sha256 } from '../course/safetensors.js';

function file(tensors, metadata = {}) {
  const header = { __metadata__: metadata };
  let at = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + 4 * values.length] };
    at += 4 * values.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(json.length), true);
  return new Blob([length.buffer, json,
    ...Object.values(tensors).map(({ values }) => Float32Array.from(values))]);
}

const state = (a, b) => file({ a: { shape: [2, 2], values: a }, b: { shape: [3], values: b },
  'adamw.m': { shape: [7], values: [1, 2, 3, 4, 5, 6, 7] } }, { steps: '0a' });

describe('a state', () => {
  it('says what is in it', async () => {
    const { metadata, tensors } = await readHeader(state([1, 2, 3, 4], [0, 0, 0]));
    expect(metadata).toEqual({ steps: '0a' });
    expect(tensors).toEqual([{ name: 'a', shape: [2, 2], bytes: 16 },
      { name: 'b', shape: [3], bytes: 12 }, { name: 'adamw.m', shape: [7], bytes: 28 }]);
  });

  it('lies so far from another', async () => {
    const changes = await changesBetween(state([3, 0, 0, 0], [0, 0, 0]),
      state([3, 4, 0, 0], [0, 2, 0]));
    expect(changes).toEqual([{ name: 'a', shape: [2, 2], change: 0.8 },
      { name: 'b', shape: [3], change: 1 }]);
    const none = await changesBetween(state([0, 0, 0, 0], [1, 1, 1]),
      state([0, 0, 0, 0], [1, 1, 1]));
    expect(none.map(({ change }) => change)).toEqual([0, 0]);
  });

  it('is refused where its header is larger than any', async () => {
    const bytes = new Uint8Array(16).fill(255);
    await expect(readHeader(new Blob([bytes]))).rejects.toThrow('too large');
  });

  it('has the hash that everyone finds', async () => {
    expect(await sha256(new Blob(['abc']))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
