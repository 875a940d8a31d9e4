// ref-small in onnxruntime-web, forward only: it cannot train.

import { timed } from './timed.js';

const FOLDER = './node_modules/onnxruntime-web/dist/';

/**
 * @param {{model: Uint8Array}} [given]   outside a page
 * @returns {Promise<() => Promise<{forward: number}>>} seconds
 */
export async function start(threads, given) {
  const ort = await import(`${FOLDER}${given ? 'ort.node.min.mjs' : 'ort.wasm.bundle.min.mjs'}`);
  if (!given) ort.env.wasm.wasmPaths = new URL(FOLDER, import.meta.url).href;
  ort.env.wasm.numThreads = threads;
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
  const session = await ort.InferenceSession.create(given?.model ?? './ref-small.onnx', options);
  const data = BigInt64Array.from({ length: 8 * 32 }, (_, i) => BigInt((i * 7919) % 8192));
  const ids = new ort.Tensor('int64', data, [8, 32]);
  const forward = () => session.run({ ids });
  for (let i = 0; i < 20; i++) await forward(); // until the engine has compiled it well
  return async () => ({ forward: await timed(forward) });
}
