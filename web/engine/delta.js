// A classifier without its base: one safetensors file of what trained (src/api/delta.c).

import { bytesOf, fail } from './failure.js';

/** No header of a delta is as large as that. */
const HEADER_LIMIT = 2 ** 24;

/** The metadata of a safetensors file; {} where it is none. */
async function metadataOf(blob) {
  const start = await bytesOf(blob.slice(0, 8));
  if (start.length < 8) return {};
  const size = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (size > Math.min(HEADER_LIMIT, blob.size - 8)) return {};
  const header = new TextDecoder().decode(await bytesOf(blob.slice(8, 8 + size)));
  try {
    return JSON.parse(header)?.__metadata__ ?? {};
  } catch {
    return {};
  }
}

/**
 * Whether these files are one delta, whatever its name.
 * @param {{name: string, blob: Blob}[]} files
 */
export async function isDelta(files) {
  if (files.length !== 1 || /\.(zip|json)$/i.test(files[0].name)) return false;
  return 'afina.delta' in Object(await metadataOf(files[0].blob));
}

/** @returns {Promise<{bytes: Uint8Array, base: unknown}|null>}   null where they are no delta */
export async function readDelta(files) {
  if (!await isDelta(files)) return null;
  const [{ blob }] = files;
  const { 'afina.base_sha256': base } = await metadataOf(blob);
  return { bytes: await bytesOf(blob), base };
}

/** The classifier's handle. Of C's sentences only that on another base names the wanted one. */
export function loadDelta(bridge, model, { bytes, base }) {
  try {
    return bridge.loadDelta(model, bytes);
  } catch (error) {
    const { code, detail } = error.failure ?? {};
    const another = code === 'AFINA_E_FORMAT' && /^[0-9a-f]{64}$/.test(base)
      && detail.includes(base);
    if (another) fail('DELTA_BASE', detail);
    throw error;
  }
}
