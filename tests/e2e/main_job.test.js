// The main job in both languages: a real table in, a trained classifier out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classDiary } from './class_diary.js';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const setup = 'strategy=last:1&epochs=3&seed=5&batch=8&valid_share=0.2';
const words = {
  'pt-BR': { rows: '99 linhas', train: 'Treinar', decimal: ',' },
  en: { rows: '99 rows', train: 'Train', decimal: '.' },
};

describe.each(Object.keys(words))('in %s', (lang) => {
  let page;
  let troubles;
  beforeAll(async () => {
    ({ page, troubles } = await site.open({ lang, hash: `#${setup}`, width: 1100 }));
  });
  afterAll(() => page.context().close());

  it('reads the table as it was written', async () => {
    const { name, bytes } = classDiary();
    expect(await page.locator('html').getAttribute('lang')).toBe(lang);
    await harness.upload(page, name, bytes);
    const facts = page.locator('.file-facts');
    await facts.waitFor();
    expect(await facts.innerText()).toContain(words[lang].rows);
    expect(await facts.innerText()).toContain('Windows-1252');
    const selects = page.locator('#step-data select');
    const chosen = await selects.evaluateAll((all) => all.map((s) => s.selectedOptions[0].text));
    expect(chosen).toEqual(['comentário', 'situação']);
    const first = page.locator('.preview tbody tr').first();
    expect(await first.locator('td.text').innerText()).toMatch(/ótima, gostei;\s+quero "mais"\./);
    const classes = page.locator('.balance tbody th');
    await classes.first().waitFor();
    expect(await classes.allInnerTexts()).toEqual(['crítica', 'elogio']);
    const problems = await page.locator('.problems').innerText();
    for (const number of ['97', '98', '99']) expect(problems).toContain(number);
  });

  it('trains, with curves and the numbers of the moment', async () => {
    const start = page.locator('#train-start');
    expect(await start.innerText()).toBe(words[lang].train);
    await harness.train(page);
    const epochs = page.locator('.live tbody tr');
    expect(await epochs.count()).toBe(3);
    const best = page.locator('.live-numbers');
    expect(await best.innerText()).toMatch(/\d+ \(\d+[.,]\d%\)/);
    const drawn = await page.locator('.chart canvas').first().evaluate(painted);
    expect(drawn).toBeGreaterThan(500);
  });

  it('shows the matrix on canvas and as a table, and the texts of a cell', async () => {
    const matrix = page.locator('canvas.matrix');
    expect(await matrix.evaluate(painted)).toBeGreaterThan(500);
    await page.locator('.confusion summary').click();
    const cells = page.locator('.confusion tbody td');
    const counts = (await cells.allInnerTexts()).map(Number);
    const tested = counts.reduce((sum, count) => sum + count, 0);
    expect(tested).toBeGreaterThan(10);

    await matrix.scrollIntoViewIfNeeded();
    const places = await cellPlaces(page, matrix);
    expect(places.size).toBe(4);
    const most = Math.max(...counts);
    const [, position] = [...places].find(([title]) => title.includes(`: ${most} text`));
    await matrix.click({ position });
    const items = page.locator('.cell-list li');
    await items.first().waitFor();
    expect(await items.count()).toBe(Math.min(6, most));
    expect(await items.first().innerText()).toMatch(/\d+[.,]\d%/);

    await matrix.focus();
    for (const key of ['ArrowUp', 'ArrowLeft', 'ArrowUp', 'ArrowLeft']) {
      await page.keyboard.press(key);
    }
    await page.locator('[data-view=row]').click();
    const shares = await cells.allInnerTexts();
    expect(shares.every((share) => /^\d+%$/.test(share))).toBe(true);
  });

  it('gives report, predictions, pictures and model away', async () => {
    const report = await harness.download(page, '[data-download=report]');
    expect(report.name).toBe('report.json');
    const said = JSON.parse(report.bytes);
    expect(said.options).toMatchObject({ strategy: 'last:1', epochs: 3, seed: 5, batch: 8 });
    expect(said.weights_sha256).toMatch(/^[0-9a-f]{64}$/);
    const accuracy = await page.locator('[data-metric=accuracy]').innerText();
    const shown = (share) => `${(100 * share).toFixed(1).replace('.', words[lang].decimal)}%`;
    expect(accuracy).toBe(shown(said.test.accuracy));
    const parts = [said.ngrams.network_alone, said.ngrams.ngrams_alone, said.test];
    const told = await page.locator('.parts tbody td:nth-child(2)').allInnerTexts();
    expect(told).toEqual(parts.map((part) => shown(part.accuracy)));

    const predictions = await harness.download(page, '[data-download=predictions]');
    expect(predictions.name).toBe('predictions.csv');
    expect(predictions.bytes.toString()).toContain('gostei');

    const picture = await harness.download(page, '[data-download="confusion-matrix.png"]');
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');

    const model = await harness.download(page, '[data-download=model]');
    const files = harness.unzip(model.bytes);
    expect(Object.keys(files).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'report.json',
      'tokenizer.json',
    ]);
    expect(JSON.parse(Buffer.from(files['report.json']))).toEqual(said);
  });

  it('classifies while one types, several texts, and a whole table', async () => {
    const area = page.locator('#step-classify textarea');
    await area.fill('A aula foi maravilhosa, gostei; quero "mais".');
    const shares = page.locator('.probability .number');
    await harness.eventually(() => shares.count()).toBe(2);
    await harness
      .eventually(async () => (await shares.allInnerTexts()).join(''))
      .toMatch(/\d+[.,]\d%/);
    const numbers = (await shares.allInnerTexts()).map((text) =>
      parseFloat(text.replace(',', '.')),
    );
    expect(numbers[0] + numbers[1]).toBeCloseTo(100, 0);

    await page.locator('#step-classify input[type=checkbox]').check();
    await area.fill('A aula foi ótima\n\nA prova foi horrível, não gostei.');
    await harness.eventually(() => page.locator('.answer tbody tr').count()).toBe(2);
    await harness.expectAccessible(page);

    const { name, bytes } = classDiary();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      harness.upload(page, name, bytes, '#classify-file'),
    ]);
    expect(file.suggestedFilename()).toBe('diário-afina.csv');
  });

  it('made no error and asked no one else', () => {
    expect(troubles).toEqual([]);
  });
});

/** Pixels that differ from the first one: something was drawn. */
function painted(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 4; i < data.length; i += 4) {
    if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 3] !== data[3]) count++;
  }
  return count;
}

/**
 * Where on the matrix the pointer is told of texts, by what it is told: the middle of each cell.
 */
async function cellPlaces(page, matrix) {
  const places = new Map();
  const box = await matrix.boundingBox();
  for (let y = 8; y < box.height; y += 16) {
    for (let x = 8; x < box.width; x += 16) {
      await page.mouse.move(box.x + x, box.y + y);
      const title = await matrix.getAttribute('title');
      if (!title) continue;
      const points = places.get(title) ?? places.set(title, []).get(title);
      points.push({ x, y });
    }
  }
  const middle = (points) => points[Math.floor(points.length / 2)];
  return new Map([...places].map(([title, points]) => [title, middle(points)]));
}
