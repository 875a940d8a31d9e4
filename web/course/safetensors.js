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

/** The SHA-256 of all of it, in hexadecimal. */
export async function sha256(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
