// ref-small in onnxruntime-web, forward only: it cannot train.

import * as ort from './node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';
import { timed } from './timed.js';

/** @returns {Promise<() => Promise<{forward: number}>>} seconds */
export async function start(threads) {
  ort.env.wasm.wasmPaths = new URL('./node_modules/onnxruntime-web/dist/', import.meta.url).href;
  ort.env.wasm.numThreads = threads;
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all' };
  const session = await ort.InferenceSession.create('./ref-small.onnx', options);
  const data = BigInt64Array.from({ length: 8 * 32 }, (_, i) => BigInt((i * 7919) % 8192));
  const ids = new ort.Tensor('int64', data, [8, 32]);
  const forward = () => session.run({ ids });
  await forward();
  return async () => ({ forward: await timed(forward) });
}
