// A table of many rows through the whole page: what each stage takes, and whether the page stays
// responsive meanwhile.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchContext, watcher, watchWorkers } from './page_watch.mjs';

const CLASSES = ['praise', 'complaint', 'question', 'other'];
const WORDS = ('the of and to in is you that it he was for on are as with his they at be this have '
  + 'from or one had by word but not what all were we when your can said there use an '
  + 'each which she do how their if will up other about out many then them these so some '
  + 'her would make like him into time has look two more write go see number no way '
  + 'could people my than first water been call who oil its now find long down day did '
  + 'get come made may part').split(' ');
/** Words that go with a class. */
const KEYS = [['great', 'love', 'thanks'], ['broken', 'late', 'refund'],
  ['where', 'which', 'how'], ['monday', 'office', 'phone']];
/** One row in so many has the label of another class: there is something to get wrong. */
const WRONG = 10;

function generator() {
  let state = 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** The path of a table: texts of 5 to 14 words, one of which goes with the label, and a number. */
async function tableFile(rows, name) {
  const draw = generator();
  const lines = Array.from({ length: rows }, (_, i) => {
    const kind = draw(CLASSES.length);
    const words = Array.from({ length: 3 + draw(10) }, () => WORDS[draw(WORDS.length)]);
    words.splice(draw(words.length + 1), 0, KEYS[kind][draw(KEYS[kind].length)]);
    const label = CLASSES[draw(WRONG) === 0 ? draw(CLASSES.length) : kind];
    return `${i + 1},"${words.join(' ')} ${draw(10 * rows)}",${label},${i % 7}`;
  });
  const path = join(await mkdtemp(join(tmpdir(), 'afina-')), name);
  await writeFile(path, `id,text,label,group\n${lines.join('\n')}\n`);
  return path;
}

/** The second visit: by then the service worker has made the page one that may have threads. */
async function open(site, hash) {
  const context = await site.browser.newContext();
  await watchContext(context);
  const visit = async (address) => {
    const page = await context.newPage();
    watchWorkers(page);
    page.setDefaultTimeout(3_600_000);
    page.on('crash', () => console.error('the page crashed'));
    await page.goto(address);
    await page.locator('.model-name').waitFor();
    return page;
  };
  const first = await visit(site.base);
  await first.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await first.close();
  const page = await visit(site.base + hash);
  return { context, page };
}

const startable = (page) => page.locator('#train-start:enabled').waitFor();

/** Another column, then the first one again: two inspections. */
async function chooseColumns(page) {
  const label = page.locator('#step-data select').nth(1);
  for (const name of ['group', 'label']) {
    const asked = page.locator('.data-report.stale').waitFor();
    await Promise.all([asked, label.selectOption({ label: name })]);
    await page.locator('.data-report:not(.stale)').waitFor();
    await startable(page);
  }
}

/** Until the result is there; `stopAt`: stopped once so much of the training is done. */
async function train(page, stopAt) {
  await page.locator('#train-start:enabled').click();
  await page.locator('#train-stop:visible').waitFor();
  if (stopAt) {
    await page.waitForFunction(
      (share) => document.querySelector('progress').value >= share, stopAt);
    await page.locator('#train-stop').click();
  }
  await page.locator('#train-start:visible').waitFor();
  await page.locator('#step-evaluate .downloads').waitFor();
}

/** The matrix in its three views and as a table, then the texts of its largest wrong cell. */
async function lookAtResults(page) {
  for (const view of ['row', 'column', 'count']) await page.locator(`[data-view=${view}]`).click();
  await page.locator('.confusion summary').click();
  const cells = page.locator('.confusion tbody td');
  const counts = (await cells.allInnerTexts()).map((text) => Number(text.replace(/\D/g, '')));
  const wrong = counts.map((count, i) => (i % (CLASSES.length + 1) === 0 ? 0 : count));
  await cells.nth(wrong.indexOf(Math.max(...wrong))).locator('button').click();
  await page.locator('.cell-list li').first().waitFor();
  const next = page.locator('.pager button:enabled').nth(-1);
  for (let i = 0; i < 3 && await next.count() > 0; i++) await next.click();
}

async function download(page, what) {
  const [file] = await Promise.all([
    page.waitForEvent('download'), page.locator(`[data-download=${what}]`).click()]);
  return readFile(await file.path());
}

/** @param {{browser: object, base: string}} site */
export async function benchRows(site, rows, strategy) {
  // One thread, so that on two cores the page has one of its own.
  const hash = `#strategy=${strategy}&epochs=2&seed=1&threads=1`;
  const { context, page } = await open(site, hash);
  const path = await tableFile(rows, 'rows.csv');
  const watched = await watcher(site.browser, page);
  const stages = {};
  const stage = async (name, work) => {
    stages[name] = await watched(work);
    console.error(name, JSON.stringify(stages[name]));
  };
  await stage('idle', () => new Promise((resolve) => setTimeout(resolve, 2000)));
  await stage('open and inspect', async () => {
    await page.setInputFiles('#data-file', path);
    await startable(page);
  });
  await stage('other columns', () => chooseColumns(page));
  await stage('train', () => train(page));
  await stage('results', () => lookAtResults(page));
  await stage('predictions', () => download(page, 'predictions'));
  await stage('report and model', async () => {
    await download(page, 'report');
    await download(page, 'model');
  });
  await stage('train again, stopped', () => train(page, 0.3));
  await stage('results again', () => lookAtResults(page));
  await context.close();
  return { rows, stages };
}
