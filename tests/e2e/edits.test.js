// A session of correcting labels: from the matrix, back and forth, trained again, through a closed
// tab, and into the corrected file.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as harness from './harness.js';

let site;
beforeAll(async () => {
  site = await harness.start();
});
afterAll(() => site.close());

const setup = '#strategy=head&epochs=3&seed=5';
const sample = await readFile(harness.at('web/samples/support-messages.csv'));
/** The user's own file: of the sample's rows, with quotes and breaks of its own. */
const own = Buffer.concat([
  Buffer.from('\ufeffnote;message;topic\r\n'),
  ...sample.toString().trim().split('\n').slice(1, 121).map((line, i) => {
    const cut = line.lastIndexOf(',');
    const text = line.slice(0, cut).replace(/^"|"$/g, '').replaceAll(';', ',');
    const label = line.slice(cut + 1).trim();
    const quoted = i % 3 ? label : `"${label}"`;
    return Buffer.from(`${i};"${text}";${i === 50 ? '' : quoted}\r\n`);
  }),
]);

/** What a row of the downloaded file is, cell by cell; no cell holds a break. */
const lines = (bytes) => bytes.toString().split('\r\n');
const count = (page) => page.locator('#step-data .edits-bar strong').innerText();
const counted = (page) => harness.eventually(() => count(page));

describe('correcting labels', () => {
  let page;
  let context;
  let troubles;
  let corrected;
  beforeAll(async () => {
    ({ page, context, troubles } = await site.open({ hash: setup, width: 1200 }));
    await harness.upload(page, 'messages.csv', own);
    await harness.train(page);
  });
  afterAll(() => context.close());

  it('corrects a text of a cell in place, among the classes or with a new one', async () => {
    await page.locator('.confusion summary').click();
    await page.locator('.confusion tbody td button.link').first().click();
    const item = page.locator('.cell-list li').first();
    const select = item.locator('select');
    const before = await select.inputValue();
    const other = await select.locator('option').evaluateAll(
      (all, label) => all.map(({ value }) => value).find((each) => each && each !== label), before);
    await select.selectOption(other);
    await counted(page).toBe('1 corrected row');
    expect(await item.locator('.edit-said').innerText()).toContain(`now “${other}”`);
    const second = page.locator('.cell-list li').nth(1);
    await second.locator('select').selectOption('');
    await second.locator('.new-label input').fill(' urgent; "now" ');
    await page.keyboard.press('Enter');
    await counted(page).toBe('2 corrected rows');
    await page.locator('.cell-list li').nth(2).getByText('Leave this row out').click();
    await counted(page).toBe('3 corrected rows');
    const rows = await page.locator('.cell-list li .hint').allInnerTexts();
    const numbers = rows.filter((text) => /^row \d+$/.test(text)).map((text) => +text.slice(4));
    corrected = { numbers: numbers.slice(0, 3), other };
    await harness.eventually(() => page.locator('.balance').innerText()).toContain('118 usable');
    await harness.expectAccessible(page);
  });

  it('undoes and redoes any number of steps', async () => {
    const press = (what) => page.locator(`#step-evaluate [data-edits=${what}]`).click();
    for (const left of ['2 corrected rows', '1 corrected row', '0 corrected rows']) {
      await press('undo');
      await counted(page).toBe(left);
    }
    for (let i = 0; i < 3; i++) await press('redo');
    await counted(page).toBe('3 corrected rows');
  });

  it('gives the corrected file: every other byte as it was', async () => {
    const file = await harness.download(page, '[data-download=corrected-train]');
    expect(file.name).toBe('messages-corrected.csv');
    const expected = lines(own);
    const [first, second, third] = corrected.numbers;
    const relabel = (row, label) => {
      const cells = expected[row].split(';');
      const isQuoted = cells[2].startsWith('"') || /[;"]/.test(label);
      cells[2] = isQuoted ? `"${label.replaceAll('"', '""')}"` : label;
      expected[row] = cells.join(';');
    };
    relabel(first, corrected.other);
    relabel(second, 'urgent; "now"');
    const left = expected.filter((_, i) => i !== third);
    expect(file.bytes.toString()).toBe(left.join('\r\n'));

    await page.getByLabel('With a column that says').check();
    const marked = await harness.download(page, '[data-download=corrected-train]');
    const [head, ...body] = lines(marked.bytes).slice(0, -1);
    expect(head).toBe('\ufeffnote;message;topic;changed');
    expect(body.filter((line) => line.endsWith(';corrected'))).toHaveLength(2);
    expect(body.filter((line) => line.endsWith(';'))).toHaveLength(body.length - 2);
  });

  it('trains again on the same parts, and says what changed and what cannot be said', async () => {
    await page.locator('#step-evaluate [data-edits=retrain]').click();
    await page.locator('[data-changes=now]').waitFor();
    const words = await page.locator('.changes').innerText();
    // Of 24, one is left out, and the one row of the new class is learned.
    expect(words).toContain('On the 22 texts that both trainings tested');
    expect(words).toContain('the label of 1 of these test texts, so the measure itself changed');
    expect(words).toContain('2 test texts are in only one');
    const origin = await page.locator('.origin').innerText();
    expect(origin).toContain('With 3 corrected rows; every row kept its part.');
    await harness.expectAccessible(page);
  });

  it('corrects nothing from a matrix of another table', async () => {
    await page.locator('.confusion summary').click();
    await page.locator('.confusion tbody td button.link').first().click();
    await page.locator('.cell-list select').first().waitFor();
    await page.locator('#step-data [data-sample=en]').click();
    await page.locator('.file-facts h3', { hasText: 'support-messages.csv' }).waitFor();
    await harness.eventually(() => page.locator('.cell-list select').count()).toBe(0);
    expect(await page.locator('.edits-bar:visible').count()).toBe(0);
    await harness.upload(page, 'messages.csv', own);
    await page.locator('[data-work=apply]').click();
    await counted(page).toBe('3 corrected rows');
  });

  it('has lost nothing when the tab was closed', async () => {
    await page.close();
    page = await context.newPage();
    page.setDefaultTimeout(harness.LONG);
    await page.goto(site.base + setup);
    const offer = page.locator('.work-offer:visible');
    expect(await offer.innerText()).toMatch(/messages\.csv[^]*3 corrected rows/);
    await page.locator('[data-work=continue]').click();
    await counted(page).toBe('3 corrected rows');
    expect(await page.locator('.file-facts h3').innerText()).toBe('messages.csv');
    await page.locator('#step-data [data-edits=undo]').click();
    await counted(page).toBe('2 corrected rows');
    await page.locator('#step-data [data-edits=redo]').click();
    await counted(page).toBe('3 corrected rows');
  });

  it('knows the file again, under another name, and asks first', async () => {
    await page.reload();
    await page.locator('.model-name').waitFor();
    await harness.upload(page, 'copy.csv', own);
    const held = page.locator('[data-work=apply]');
    await held.waitFor();
    expect(await page.locator('#step-data .edits-bar').isVisible()).toBe(false);
    const urgent = page.locator('.balance th', { hasText: 'urgent' });
    expect(await urgent.count()).toBe(0);
    await held.click();
    await counted(page).toBe('3 corrected rows');
    await harness.eventually(() => urgent.count()).toBe(1);
  });

  it('forgets all of it when told so', async () => {
    await page.locator('#step-data').getByText('Delete them from this browser').click();
    await page.locator('#step-data').getByText('does not keep your corrections').waitFor();
    await page.goto('about:blank');
    await page.goto(site.base + setup);
    await page.locator('.model-name').waitFor();
    await harness.upload(page, 'messages.csv', own);
    await page.locator('#train-start:enabled').waitFor();
    expect(await page.locator('.work-offer:visible').count()).toBe(0);
    expect(await page.locator('.edits-bar:visible').count()).toBe(0);
  });

  it('made no error and asked no one else', () => {
    expect(troubles).toEqual([]);
  });
});
