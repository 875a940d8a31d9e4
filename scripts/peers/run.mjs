// scripts/bench's second half: measures all in turns and prints the tables.

import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import {
  allInNode, native, openBrowser, startAll, startTorch, tuneRows, wholeBench, wholeInNode,
} from './contenders.mjs';
import { contenderTable, targets, targetTable } from './targets.mjs';

const say = (words) => console.error(`==> ${words}`);

/** A round of all, which is left out of the figures where one fails. */
async function oneRound(contenders) {
  const found = {};
  for (const [name, measure] of contenders) {
    try {
      found[name] = await measure();
    } catch (error) {
      say(`${name} fails: ${error.message.split('\n')[0]}`);
      contenders.delete(name);
    }
  }
  return found;
}

/** In Chromium, on one and two threads, by the clock. */
async function inChromium(result, torch, { rounds, csv }, save) {
  const site = await openBrowser();
  result.machine += `Chromium ${site.version}`;
  result.where = 'in Chromium';
  say('starting the contenders');
  const contenders = await startAll(site, torch, say);
  if (csv && contenders.has('torch 1')) {
    say('a thousand rows');
    result.tuned = await tuneRows(site, torch, csv);
  }
  await allRounds(result, contenders, rounds, save);
  result.page = await wholeBench(site, { rounds, threads: 1 });
  result.native = await native('--rounds', `${rounds}`, '--threads', '1');
  await site.close();
}

/** On one thread, by the processor's time, WASM in Node. */
async function byProcessorTime(result, torch, { rounds }, save) {
  result.machine += `the processor's time, WASM in Node ${process.versions.node}`;
  result.where = 'in Node';
  await allRounds(result, allInNode(torch), rounds, save);
  result.page = await wholeInNode(rounds);
  result.native = await native('--rounds', `${rounds}`, '--threads', '1', '--cpu-time');
}

async function allRounds(result, contenders, rounds, save) {
  for (let i = 1; i <= rounds; i++) {
    say(`round ${i} of ${rounds}`);
    result.rounds.push(await oneRound(contenders));
    await save();
  }
  say('the whole benchmark');
}

async function main() {
  const { values } = parseArgs({ options: {
    rounds: { type: 'string', default: '5' },
    csv: { type: 'string' },
    json: { type: 'string' },
    'cpu-time': { type: 'boolean', default: false },
  } });
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds takes a whole number');
  const torch = startTorch();
  const result = { machine: `${cpus()[0].model.trim()}, ${cpus().length} cores; `, rounds: [] };
  const save = async () => {
    if (values.json) await writeFile(values.json, `${JSON.stringify(result, null, 1)}\n`);
  };
  const measure = values['cpu-time'] ? byProcessorTime : inChromium;
  await measure(result, torch, { rounds, csv: values.csv }, save);
  torch.close();
  await save();
  console.log(`${result.machine}; medians of ${rounds} rounds\n`);
  console.log(`${contenderTable(result.rounds)}\n`);
  console.log(targetTable(targets(result)));
}

await main();
