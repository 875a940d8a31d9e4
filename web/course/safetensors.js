// What a safetensors file says of itself, read from its first bytes.

/** Of a header, more than any model here has. */
const LARGEST_HEADER = 16 << 20;

/**
 * @param {Blob} blob
 * @returns {Promise<{metadata: Record<string, string>, tensors: {name: string, shape: number[],
 *   bytes: number}[]}>}
 */
export async function readHeader(blob) {
  const length = new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true);
  if (length > LARGEST_HEADER) throw new Error('The header is too large.');
  const text = await blob.slice(8, 8 + Number(length)).text();
  const { __metadata__: metadata = {}, ...tensors } = JSON.parse(text);
  return { metadata, tensors: Object.entries(tensors).map(([name, { shape, data_offsets }]) => (
    { name, shape, bytes: data_offsets[1] - data_offsets[0] })) };
}

/**
 * How far each tensor has come from one state to another of the same run: the size of the
 * difference over that of the tensor afterwards, which may have begun as zeros.
 *
 * @returns {Promise<{name: string, shape: number[], change: number}[]>}   weights, not moments
 */
export async function changesBetween(before, after) {
  const [{ tensors }, ...values] = [await readHeader(after),
    await numbersOf(before), await numbersOf(after)];
  let at = 0;
  return tensors.map(({ name, shape, bytes }) => {
    const [old, fresh] = values.map((all) => all.subarray(at, at + bytes / 4));
    at += bytes / 4;
    let [difference, size] = [0, 0];
    for (let i = 0; i < fresh.length; i++) {
      difference += (fresh[i] - old[i]) ** 2;
      size += fresh[i] ** 2;
    }
    return { name, shape, change: difference === 0 ? 0 : Math.sqrt(difference / size) };
  }).filter(({ name }) => !name.startsWith('adamw.'));
}

/** All numbers of a file of F32 tensors, in their order. */
async function numbersOf(blob) {
  const length = new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true);
  return new Float32Array(await blob.slice(8 + Number(length)).arrayBuffer());
}

/** The SHA-256 of all of it, in hexadecimal. */
export async function sha256(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
