// A model as files: found among those of a folder, or in a zip, and packed into one.

import { unzipSync, zipSync } from 'fflate';
import { bytesOf, fail } from './failure.js';

/** @typedef {{config: Uint8Array, weights: Uint8Array, tokenizer: Uint8Array}} ModelBytes */

export const FILE_NAMES = {
  config: 'config.json', weights: 'model.safetensors', tokenizer: 'tokenizer.json',
};
/** A zip may say that it unpacks to anything; WASM has 4 GB in all. */
const LIMIT = 2 ** 30;

const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);

/**
 * @param {{name: string, blob: Blob}[]} files   the three files, or one zip that holds them
 * @returns {Promise<ModelBytes>}
 */
export async function readModelFiles(files) {
  const zipped = files.find(({ name }) => /\.zip$/i.test(name));
  const found = zipped ? await unpack(zipped.blob) : await readAll(files);
  const entries = Object.entries(FILE_NAMES).map(([key, name]) => [key, found.get(name)
    ?? missing(name)]);
  return Object.fromEntries(entries);
}

function missing(file) {
  const all = 'config.json, model.safetensors and tokenizer.json';
  fail('MODEL_FILES', `${file} is missing: a model is ${all}.`, { file });
}

async function readAll(files) {
  const wanted = files.filter(({ name }) => Object.values(FILE_NAMES).includes(baseName(name)));
  return new Map(await Promise.all(wanted.map(
    async ({ name, blob }) => [baseName(name), await bytesOf(blob)])));
}

async function unpack(blob) {
  const bytes = await bytesOf(blob);
  const filter = ({ name, originalSize }) => Object.values(FILE_NAMES).includes(baseName(name))
    && originalSize <= LIMIT;
  try {
    const files = Object.entries(unzipSync(bytes, { filter }));
    return new Map(files.map(([name, content]) => [baseName(name), content]));
  } catch (error) {
    return fail('AFINA_E_FORMAT', `The zip cannot be unpacked: ${error.message}.`);
  }
}

/**
 * A zip of the model and its report, not compressed: weights do not shrink.
 * @param {{config: Blob, weights: Blob, tokenizer: Blob}} model
 * @param {string} report
 * @returns {Promise<Blob>}
 */
export async function packModel(model, report) {
  const content = { 'report.json': new TextEncoder().encode(report) };
  for (const [key, name] of Object.entries(FILE_NAMES)) {
    content[name] = await bytesOf(model[key]);
  }
  return new Blob([zipSync(content, { level: 0 })], { type: 'application/zip' });
}
