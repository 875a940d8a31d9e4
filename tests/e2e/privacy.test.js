// Law 2: neither the page nor its worker can ask anything of another address, from the first visit.

import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
let other;
let asked = 0;
beforeAll(async () => {
  site = await harness.start();
  other = createServer((request, response) => {
    asked++;
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' });
    response.end('here');
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await site.close();
  await new Promise((resolve) => other.close(resolve));
});

/** Tries to reach another address, and tells how each way ended. Text: it runs in the browser. */
const reach = (url) => `(async (url) => {
  const outcome = async (promise) => promise.then(() => 'reached', () => 'refused');
  return { fetch: await outcome(fetch(url)), import: await outcome(import(url)) };
})(${JSON.stringify(url)})`;

/** The same from a worker of the worker's, as those that threads run in. Text, as above. */
const reachFromBelow = (url) => `new Promise((resolve) => {
  const script = ${JSON.stringify(`${reach(url)}.then(postMessage)`)};
  const blob = new Blob([script], { type: 'text/javascript' });
  const worker = new Worker(URL.createObjectURL(blob), { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
})`;

it.each([true, false])('refuses every foreign request; isolated: %s', async (isolated) => {
  const { page, context } = await site.open({ isolated });
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
  const url = `http://127.0.0.1:${other.address().port}/`;
  expect(await page.evaluate(reach(url))).toEqual({ fetch: 'refused', import: 'refused' });
  const image = await page.evaluate(
    (src) =>
      new Promise((resolve) => {
        const element = new Image();
        element.onload = () => resolve('reached');
        element.onerror = () => resolve('refused');
        element.src = src;
      }),
    url,
  );
  expect(image).toBe('refused');
  const [worker, ...others] = page.workers(); // the others run threads, and answer nobody
  expect(others.length > 0).toBe(isolated);
  for (const attempt of [reach(url), reachFromBelow(url)]) {
    expect(await worker.evaluate(attempt)).toEqual({ fetch: 'refused', import: 'refused' });
  }
  expect(asked).toBe(0);
  await context.close();
});
