// The targets: what is compared with what, and what has to come out.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** llm.c as published: native, one thread, gcc -O3 -march=native -ffast-math, GFLOP/s. */
const LLM_C = 16.6;
/** Operations of a training step on 8 x 32 tokens: 6 for each parameter of the blocks and token. */
const STEP_OPERATIONS = 6 * 4718592 * 256;

/** How many times faster `ours` is than `theirs`, round by round; null where one was not there. */
function faster(rounds, ours, theirs, what) {
  const ratios = rounds.map((round) => round[theirs]?.[what] / round[ours]?.[what])
    .filter(Number.isFinite);
  return ratios.length ? median(ratios) : null;
}

function versusPublished(rounds, ours) {
  const rates = rounds.map((round) => STEP_OPERATIONS / round[ours]?.step / 1e9);
  return rates.every(Number.isFinite) ? median(rates) / LLM_C : null;
}

const epoch = (document, strategy, which) => document?.epochs
  .find((each) => each.strategy === strategy && each.epoch === which)?.ms;
const ratio = (a, b) => (a > 0 && b > 0 ? a / b : null);
const lowest = (items) => Math.min(...items.map((each) => each.ratio));

/** @returns {{what: string, against: string, target: number, reached: number|null}[]} */
export function targets({ rounds, native, page, tuned, where }) {
  const rows = [];
  const add = (what, against, target, reached) => rows.push({ what, against, target, reached });
  const versus = (what, ours, theirs, measure, target, name = theirs) => add(
    what, name, target, faster(rounds, ours, theirs, measure));
  const step = `training step ${where}, 8 x 32`;
  versus('forward, 1 thread, plain', 'WASM plain 1', 'onnxruntime-web 1', 'forward', 1.3);
  versus('forward, 1 thread, fused', 'WASM fused 1', 'onnxruntime-web 1', 'forward', 1.8);
  versus('forward, 2 threads, fused', 'WASM fused 2', 'onnxruntime-web 2', 'forward', 1.5);
  for (const numerics of ['plain', 'fused']) {
    versus(`${step}, 1 thread, ${numerics}`, `WASM ${numerics} 1`, 'tfjs 1', 'step', 3);
    versus(`${step}, 2 threads, ${numerics}`, `WASM ${numerics} 2`, 'tfjs 2', 'step', 5);
    add(`${step}, 1 thread, ${numerics}`, `llm.c native, ${LLM_C} GFLOP/s as published`, 1.4,
      versusPublished(rounds, `WASM ${numerics} 1`));
  }
  versus(`${step}, 2 threads, fused`, 'WASM fused 2', 'torch 2', 'step', 0.9);
  versus('the same, 8 x 128', 'WASM fused 2', 'torch 2', 'step128', 0.9);
  add(`1,000 rows, last:1, 5 epochs, ${where}`, 'PyTorch, padding to the longest row', 3,
    tuned ? tuned.torch / tuned.page : null);
  versus('WASM forward, plain', 'WASM plain 1', 'native narrow 1', 'forward', 0.85);
  versus('WASM training step, plain', 'WASM plain 1', 'native narrow 1', 'step', 0.85);
  add('later epochs, last:1 of 6 blocks', 'without the cache', 5,
    ratio(epoch(page, 'last:1', 'each'), epoch(page, 'last:1', 'later')));
  add('later epochs, head only', 'the first', 50,
    ratio(epoch(page, 'head', 'first'), epoch(page, 'head', 'later')));
  for (const numerics of ['plain', 'fused']) {
    versus(`${step}, 2 threads, ${numerics}`, `WASM ${numerics} 2`, `WASM ${numerics} 1`, 'step',
      1.8, '1 thread');
  }
  for (const [place, document] of Object.entries({ natively: native, [where]: page })) {
    const { products = [], passes: [forward, ...steps] = [] } = document ?? {};
    if (!forward) continue;
    const of = `the tile's peak, 1 thread, ${document.numerics}`;
    add(`slowest matrix product, ${place}`, of, 0.85, lowest(products));
    add(`median matrix product, ${place}`, of, 0.85, median(products.map((each) => each.ratio)));
    add(`forward, ${place}`, of, 0.75, forward.ratio);
    add(`training step, ${place}`, of, 0.65, lowest(steps));
  }
  return rows;
}

const line = (cells) => `| ${cells.join(' | ')} |`;

/** The targets as a table in Markdown. */
export function targetTable(rows) {
  const verdict = ({ target, reached }) => (reached === null ? 'not measured'
    : reached >= target ? 'reached' : 'not reached');
  return [line(['what', 'against', 'at least', 'measured', '']), line(Array(5).fill('---')),
    ...rows.map((row) => line([row.what, row.against, row.target.toFixed(2),
      row.reached?.toFixed(2) ?? '–', verdict(row)]))].join('\n');
}

/** Milliseconds of every contender, medians of the rounds. */
export function contenderTable(rounds) {
  const names = [...new Set(rounds.flatMap(Object.keys))];
  const cell = (name, what) => {
    const values = rounds.map((round) => round[name]?.[what]).filter(Number.isFinite);
    return values.length ? (median(values) * 1000).toFixed(1) : '–';
  };
  return [line(['', 'forward 8 x 32, ms', 'step 8 x 32, ms', 'step 8 x 128, ms']),
    line(Array(4).fill('---')),
    ...names.map((name) => line([name, ...['forward', 'step', 'step128'].map(
      (what) => cell(name, what))]))].join('\n');
}
