// A GPT-2 of a few thousand parameters with drawn weights and a tokenizer of bytes: small enough to
// be made on the spot, large enough for every part of the mathematics to be there.

const WIDTH = 32;
const LAYERS = 2;
const CONTEXT = 64;
const VOCABULARY = 257;
const END_OF_TEXT = 256;

/** Numbers in (-1, 1), the same on every machine. */
function drawer(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** GPT-2's characters that stand for bytes, in the order of its vocabulary. */
function byteCharacters() {
  const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !printable(byte));
  return [...bytes.filter(printable).map((byte) => String.fromCharCode(byte)),
    ...others.map((_, i) => String.fromCharCode(256 + i))];
}

function shapes() {
  const all = { 'wte.weight': [VOCABULARY, WIDTH], 'wpe.weight': [CONTEXT, WIDTH] };
  const layerNorm = (name) =>
    Object.assign(all, { [`${name}.weight`]: [WIDTH], [`${name}.bias`]: [WIDTH] });
  const linear = (name, from, to) =>
    Object.assign(all, { [`${name}.weight`]: [from, to], [`${name}.bias`]: [to] });
  for (let i = 0; i < LAYERS; i++) {
    layerNorm(`h.${i}.ln_1`);
    linear(`h.${i}.attn.c_attn`, WIDTH, 3 * WIDTH);
    linear(`h.${i}.attn.c_proj`, WIDTH, WIDTH);
    layerNorm(`h.${i}.ln_2`);
    linear(`h.${i}.mlp.c_fc`, WIDTH, 4 * WIDTH);
    linear(`h.${i}.mlp.c_proj`, 4 * WIDTH, WIDTH);
  }
  layerNorm('ln_f');
  return Object.entries(all).map(([name, shape]) => ({ name: `transformer.${name}`, shape }));
}

function safetensors() {
  const draw = drawer(7);
  const header = {};
  const chunks = [];
  let at = 0;
  for (const { name, shape } of shapes()) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const isGain = /ln_\w+\.weight$/.test(name);
    const values = Float32Array.from({ length: size }, () => (isGain ? 1 : 0) + 0.15 * draw());
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + 4 * size] };
    chunks.push(Buffer.from(values.buffer));
    at += 4 * size;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...chunks]);
}

/** @returns {Record<'config.json'|'model.safetensors'|'tokenizer.json', Buffer>} */
export function tinyModel() {
  const config = {
    architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', activation_function: 'gelu_new',
    n_embd: WIDTH, n_head: 2, n_layer: LAYERS, n_positions: CONTEXT, n_ctx: CONTEXT,
    vocab_size: VOCABULARY, layer_norm_epsilon: 1e-5, tie_word_embeddings: true,
    bos_token_id: END_OF_TEXT, eos_token_id: END_OF_TEXT,
  };
  const tokenizer = {
    version: '1.0',
    added_tokens: [{ id: END_OF_TEXT, content: '<|endoftext|>', special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(byteCharacters().map((character, id) => [character, id])),
      merges: [],
    },
  };
  return {
    'config.json': Buffer.from(JSON.stringify(config)),
    'model.safetensors': safetensors(),
    'tokenizer.json': Buffer.from(JSON.stringify(tokenizer)),
  };
}
