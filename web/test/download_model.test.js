import { afterEach, expect, test, vi } from 'vitest';
import { downloadModel } from '../engine/download_model.js';

afterEach(() => vi.unstubAllGlobals());

const serve = (files) => vi.stubGlobal('fetch', async (url) => {
  const content = files[url.split('/').pop()];
  if (content instanceof Error) throw content;
  if (content === undefined) return new Response('', { status: 404 });
  return new Response(content, { headers: { 'Content-Length': String(content.length) } });
});

test('the three files, with progress that ends at the total', async () => {
  const weights = 'x'.repeat(5000);
  serve({ 'config.json': '{}', 'model.safetensors': weights, 'tokenizer.json': '{"a":1}' });
  const seen = [];
  const files = await downloadModel('models/m/', (...now) => seen.push(now));
  expect(files.map(({ name }) => name)).toEqual(
    ['config.json', 'model.safetensors', 'tokenizer.json']);
  expect(await files[1].blob.text()).toBe('x'.repeat(5000));
  expect(seen[0]).toEqual([0, 5009]);
  expect(seen.at(-1)).toEqual([5009, 5009]);
  expect(seen.every(([loaded, total], i) => loaded <= total && loaded >= (seen[i - 1]?.[0] ?? 0)))
    .toBe(true);
});

test('ends when it is told to', async () => {
  const ending = new AbortController();
  vi.stubGlobal('fetch', async (_, { signal }) => {
    const body = new ReadableStream({
      start: (stream) => signal.addEventListener('abort', () => stream.error(signal.reason)),
    });
    return new Response(body);
  });
  const download = downloadModel('m/', () => {}, ending.signal);
  setTimeout(() => ending.abort());
  await expect(download).rejects.toMatchObject({ failure: { code: 'NETWORK' } });
});

test('a file that is not there or cannot be reached is named', async () => {
  serve({ 'config.json': '{}', 'tokenizer.json': '{}' });
  await expect(downloadModel('m/', () => {})).rejects.toMatchObject(
    { failure: { code: 'NETWORK', values: { file: 'model.safetensors' } } });
  const offline = new TypeError('Failed to fetch');
  serve({ 'config.json': offline, 'model.safetensors': '', 'tokenizer.json': '' });
  await expect(downloadModel('m/', () => {})).rejects.toMatchObject(
    { failure: { code: 'NETWORK', values: { file: 'config.json' } } });
});
