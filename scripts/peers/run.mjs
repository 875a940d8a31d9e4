// scripts/bench's second half: measures all in turns and prints the tables.

import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { native, openBrowser, startAll, startTorch, tuneRows, wholeBench } from './contenders.mjs';
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

async function main() {
  const { values } = parseArgs({ options: {
    rounds: { type: 'string', default: '5' },
    csv: { type: 'string' },
    json: { type: 'string' },
  } });
  const count = Number(values.rounds);
  if (!(Number.isInteger(count) && count > 0)) throw new Error('--rounds takes a whole number');
  const torch = startTorch();
  const site = await openBrowser();
  const result = {
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores; Chromium ${site.version}`,
    rounds: [],
  };
  say('starting the contenders');
  const contenders = await startAll(site, torch, say);
  for (let i = 1; i <= count; i++) {
    say(`round ${i} of ${count}`);
    result.rounds.push(await oneRound(contenders));
  }
  say('the whole benchmark, natively and in the page');
  const options = { rounds: values.rounds, threads: '1' };
  result.native = await native(...Object.entries(options).flatMap(([k, v]) => [`--${k}`, v]));
  result.page = await wholeBench(site, options);
  if (values.csv && contenders.has('torch 1')) {
    say('a thousand rows');
    result.tuned = await tuneRows(site, torch, values.csv);
  }
  torch.close();
  await site.close();
  if (values.json) await writeFile(values.json, `${JSON.stringify(result, null, 1)}\n`);
  console.log(`${result.machine}; medians of ${count} rounds\n`);
  console.log(`${contenderTable(result.rounds)}\n`);
  console.log(targetTable(targets(result)));
}

await main();
