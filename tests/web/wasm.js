// The worker's service in Node, over the WASM module that the page runs.

import { readFile } from 'node:fs/promises';
import v8 from 'node:v8';
import { createCourse } from '../../web/course/service.js';
import { createService } from '../../web/engine/service.js';
import { tinyModel } from './tiny_model.js';
import { countOf, rowOf } from '../../web/engine/tested.js';

const builds = process.env.AFINA_BUILD ? `file://${process.env.AFINA_BUILD}/`
  : new URL('../../build/', import.meta.url);
const built = (name) => new URL(`wasm/${name}`, builds);

// Relaxed SIMD, for the fused numerics: Node 21 and later have it without a flag, as browsers do.
if (Number.parseInt(process.versions.node, 10) < 21) {
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** @param {{numerics?: 'plain'|'fused'}} [options] */
export async function loadModule(options, name = 'afina') {
  const { default: createModule } = await import(/* @vite-ignore */ built(`${name}.mjs`).href);
  return createModule({ ...options, wasmBinary: await readFile(built(`${name}.wasm`)) });
}

/** The service with replies unwrapped: its value, or its failure as an exception. */
export function startService(load = loadModule, create = createService) {
  const unwrapped = (method) => async (...args) => {
    const { value, failure } = await method(...args);
    if (failure) throw Object.assign(new Error(`${failure.code}: ${failure.detail}`), { failure });
    return value;
  };
  return Object.fromEntries(
    Object.entries(create(load)).map(([name, method]) => [name, unwrapped(method)]));
}

/** Likewise, the course's. */
export const startCourse = (load = () => loadModule({}, 'afina_course')) =>
  startService(load, createCourse);

export const modelFiles = (files = tinyModel()) =>
  Object.entries(files).map(([name, bytes]) => ({ name, blob: new Blob([bytes]) }));

/** Runs slices to the end; what they gave, together. */
export async function runToEnd(service, budget = 20) {
  const all = { losses: [], epochsDone: [], progress: [] };
  for (;;) {
    const { losses, epochsDone, finished, ...progress } = await service.run(budget);
    all.losses.push(...losses);
    all.epochsDone.push(...epochsDone);
    all.progress.push(progress);
    if (!finished) continue;
    const { tested } = finished;
    const rows = Array.from({ length: countOf(tested) }, (_, i) => rowOf(tested, i));
    return { ...all, ...finished, tested: rows };
  }
}
