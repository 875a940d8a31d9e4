// ref-small in TensorFlow.js on its WASM backend. As it comes it cannot train: the gradient of a
// lookup needs a kernel that this backend does not have, so it is added up here. And the gradients
// of a product turn a matrix within the product, which takes a slow path: here beforehand.

/* global tf */
import { timed } from './timed.js';

const V = 8192;
const T = 128;
const C = 256;
const L = 6;
const H = 8;
const B = 8;
const CLASSES = 2;

const load = (url) => new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = `./node_modules/@tensorflow/${url}`;
  script.onload = resolve;
  script.onerror = () => reject(new Error(`${url} does not load`));
  document.head.append(script);
});

const matrix = (rows, columns) => tf.variable(tf.randomNormal([rows, columns], 0, 0.02));
const vector = (size, value) => tf.variable(tf.fill([size], value));

function createModel() {
  const block = () => ({
    ln1: [vector(C, 1), vector(C, 0)], ln2: [vector(C, 1), vector(C, 0)],
    attn: [matrix(C, 3 * C), vector(3 * C, 0)], proj: [matrix(C, C), vector(C, 0)],
    fc: [matrix(C, 4 * C), vector(4 * C, 0)], out: [matrix(4 * C, C), vector(C, 0)],
  });
  return {
    wte: matrix(V, C), wpe: matrix(T, C), lnF: [vector(C, 1), vector(C, 0)],
    head: matrix(C, CLASSES), blocks: Array.from({ length: L }, block),
  };
}

function norm(x, [weight, bias]) {
  const mean = x.mean(1, true);
  const centred = x.sub(mean);
  const variance = centred.square().mean(1, true);
  return centred.mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
}

let product = null;
const createProduct = () => tf.customGrad((a, b, save) => {
  save([a, b]);
  return {
    value: a.matMul(b),
    gradFunc: (dy, [x, y]) => [dy.matMul(y.transpose()), x.transpose().matMul(dy)],
  };
});
const linear = (x, [weight, bias]) => product(x, weight).add(bias);

function gelu(x) {
  const u = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(u.tanh().add(1));
}

/** [rows, C] of the table; its gradient is added up in JavaScript. */
const lookup = tf_ => tf_.customGrad((table, ids, save) => {
  save([ids]);
  return {
    value: tf_.gather(table, ids),
    gradFunc: (dy, [saved]) => {
      const [rows, index, sum] = [dy.dataSync(), saved.dataSync(), new Float32Array(V * C)];
      for (let i = 0; i < index.length; i++) {
        for (let c = 0; c < C; c++) sum[index[i] * C + c] += rows[i * C + c];
      }
      return [tf_.tensor2d(sum, [V, C]), tf_.zerosLike(saved)];
    },
  };
});

function attention(x, block, tokens, mask) {
  const [q, k, v] = linear(norm(x, block.ln1), block.attn).split(3, 1).map((each) => each
    .reshape([B, tokens, H, C / H]).transpose([0, 2, 1, 3]).reshape([B * H, tokens, C / H]));
  const scores = q.matMul(k, false, true).mul((C / H) ** -0.5).add(mask);
  const y = scores.softmax().matMul(v).reshape([B, H, tokens, C / H]);
  return linear(y.transpose([0, 2, 1, 3]).reshape([B * tokens, C]), block.proj);
}

function logits(model, find, ids, tokens, mask) {
  const places = model.wpe.slice([0, 0], [tokens, C]).expandDims(0).tile([B, 1, 1]);
  let x = find(model.wte, ids).add(places.reshape([B * tokens, C]));
  for (const block of model.blocks) {
    x = x.add(attention(x, block, tokens, mask));
    x = x.add(linear(gelu(linear(norm(x, block.ln2), block.fc)), block.out));
  }
  const last = x.reshape([B, tokens, C]).slice([0, tokens - 1, 0], [B, 1, C]).reshape([B, C]);
  return norm(last, model.lnF).matMul(model.head);
}

/**
 * @param {{folder: string}} [given]   outside a page, where `tf` is there: of the WASM files
 * @returns {Promise<() => Promise<{forward: number, step: number, step128: number}>>} seconds
 */
export async function start(threads, given) {
  if (!given) {
    await load('tfjs/dist/tf.min.js');
    await load('tfjs-backend-wasm/dist/tf-backend-wasm.min.js');
  }
  const folder = new URL('./node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url);
  tf.wasm.setWasmPaths(given?.folder ?? folder.href);
  tf.wasm.setThreadsCount(threads);
  await tf.setBackend('wasm');
  await tf.ready();
  const model = createModel();
  const find = lookup(tf);
  product = createProduct();
  const optimizer = tf.train.adam(1e-5);
  const targets = tf.oneHot(tf.tensor1d([0, 1, 0, 1, 0, 1, 0, 1], 'int32'), CLASSES);
  const batch = (tokens) => ({
    tokens,
    ids: tf.tensor1d(Int32Array.from({ length: B * tokens }, (_, i) => (i * 7919) % V), 'int32'),
    mask: tf.tensor3d(Float32Array.from({ length: tokens * tokens },
      (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e9 : 0)), [1, tokens, tokens]),
  });
  const [short, long] = [batch(32), batch(T)];
  const run = ({ ids, tokens, mask }) => logits(model, find, ids, tokens, mask);
  const forward = () => tf.tidy(() => void run(short).dataSync());
  const step = (data) => tf.tidy(() => {
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, run(data)), true);
    loss.dataSync();
  });
  forward();
  step(short);
  return async () => ({
    forward: await timed(forward),
    step: await timed(() => step(short)),
    step128: await timed(() => step(long)),
  });
}
