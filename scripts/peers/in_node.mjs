// One measurement in Node, by the processor's time, on one thread: for a busy machine.
//
//   node in_node.mjs onnx | tfjs | afina NUMERICS [BENCH_OPTIONS]     JSON on standard output

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import v8 from 'node:v8';

performance.now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
if (Number.parseInt(process.versions.node, 10) < 21) {
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
const peers = new URL('../../build/peers/', import.meta.url);

async function afina(numerics, options) {
  const folder = new URL(`file://${process.env.AFINA_BUILD}/wasm/`);
  const { default: create } = await import(new URL('afina_bench.mjs', folder).href);
  const module = await create({ wasmBinary: await readFile(new URL('afina_bench.wasm', folder)) });
  const { createBenchBridge } = await import('../../web/bench/bench-bridge.js');
  const bridge = createBenchBridge(Object.assign(module, { numerics }));
  const bench = bridge.createBench(JSON.parse(options));
  while (bridge.step(bench) < 1);
  return bridge.report(bench);
}

/** After a first run each, by which the engine has compiled what it runs. */
async function peer(name, given) {
  const { start } = await import(new URL(`peer_${name}.js`, peers).href);
  return (await start(1, given))();
}

async function tfjs() {
  const require = createRequire(new URL('package.json', peers));
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  globalThis.tf = { ...require('@tensorflow/tfjs'), wasm };
  const folder = new URL('node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', peers).pathname;
  return peer('tfjs', { folder });
}

const [what, ...rest] = process.argv.slice(2);
const jobs = {
  afina: () => afina(...rest),
  onnx: async () => peer('onnx', { model: await readFile(new URL('ref-small.onnx', peers)) }),
  tfjs,
};
console.log(JSON.stringify(await jobs[what]()));
process.exit(); // the backends keep workers
