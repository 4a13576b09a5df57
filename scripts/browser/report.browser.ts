// Opens a report from the disk in a real browser, as a person would, and looks at what it does.
// Run by `npm run test:browser`, which needs Chromium; not part of `npm test`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Chromium, findChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = findChromium();
const skip = program === null ? 'no Chromium on this machine (CHROMIUM names one)' : false;
const folder = mkdtempSync(path.join(tmpdir(), 'report-'));
const report = path.join(folder, 'report.html');
let browser: Chromium;

before(async () => {
  if (program === null) return;
  const args = ['apps/cli/main.ts', 'run', 'retry-storm', '--duration', '15m', '--quiet', '--report', report];
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  assert.ok(done.status === 0 || done.status === 99, `the run ended with ${done.status}: ${done.stderr}`);
  browser = await Chromium.start(program);
  await browser.open(pathToFileURL(report).href);
  await browser.frame();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Where on the window an element is, after scrolling to it. */
async function boxOf(selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  await browser.value(
    `document.querySelector('${selector}').scrollIntoView({ block: 'center', behavior: 'instant' })`,
  );
  await browser.frame();
  return browser.value(
    `(({ x, y, width, height }) => ({ x, y, width, height }))(document.querySelector('${selector}').getBoundingClientRect())`,
  );
}

const text = (selector: string) => browser.value<string>(`document.querySelector('${selector}').textContent`);
const hash = () => browser.value<string>('location.hash');
const paper = () => browser.value<string>('getComputedStyle(document.documentElement).backgroundColor');

/** How many dots of the first chart are not blank. */
const ink = `(() => {
  const canvas = document.querySelector('figure[data-chart] canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) count++;
  return count;
})()`;

/** Keeps a picture where REPORT_PICTURES says. */
async function keepPicture(name: string): Promise<void> {
  const place = process.env['REPORT_PICTURES'];
  if (!place) return;
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, `${name}.png`), await browser.picture());
}

test('report: opens from the disk without an error and without a request', { skip }, async () => {
  assert.deepEqual(browser.events('Runtime.exceptionThrown'), []);
  const errors = browser
    .events('Log.entryAdded')
    .filter(({ entry }) => (entry as { level: string }).level === 'error');
  assert.deepEqual(errors, []);
  const urls = browser
    .events('Network.requestWillBeSent')
    .map(({ request }) => (request as { url: string }).url);
  assert.deepEqual(
    urls.filter((url) => !/^(file|data):/.test(url)),
    [],
  );
  await keepPicture('light');
});

test('report: says the verdict and draws its charts', { skip }, async () => {
  assert.match(await text('h1'), /retry-storm/i);
  assert.ok(
    (await browser.value<number>(`document.querySelectorAll('figure[data-chart] canvas').length`)) >= 3,
  );
  assert.ok((await browser.value<number>(ink)) > 2000, 'the first chart is not blank');
});

test('report: the cursor reads values off all charts at once', { skip }, async () => {
  const { x, y, width, height } = await boxOf('figure[data-chart] .u-over');
  const idle = await text('figure[data-chart] .legend');
  await browser.mouse('mouseMoved', x + width / 3, y + height / 2);
  await browser.mouse('mouseMoved', x + width / 2, y + height / 2);
  await browser.frame();
  assert.notEqual(await text('figure[data-chart] .when'), '');
  assert.notEqual(await text('figure[data-chart] .legend'), idle);
  const others = await browser.value<string[]>(
    `[...document.querySelectorAll('figure[data-chart]:has(canvas) .when')].map((element) => element.textContent)`,
  );
  assert.equal(new Set(others).size, 1, `all charts speak of one time: ${others.join(' | ')}`);
});

test('report: dragging zooms, the address keeps it, and r shows the whole run', { skip }, async () => {
  const { x, y, width, height } = await boxOf('figure[data-chart] .u-over');
  await browser.mouse('mouseMoved', x + width * 0.25, y + height / 2);
  await browser.mouse('mousePressed', x + width * 0.25, y + height / 2);
  await browser.mouse('mouseMoved', x + width * 0.4, y + height / 2);
  await browser.mouse('mouseMoved', x + width * 0.5, y + height / 2);
  await browser.mouse('mouseReleased', x + width * 0.5, y + height / 2);
  await browser.frame();
  const [, from, to] = /t=([\d.]+)-([\d.]+)/.exec(await hash()) ?? [];
  assert.ok(
    Math.abs(Number(to) - Number(from) - 225) < 30,
    `a quarter of 15 minutes is in sight: ${await hash()}`,
  );
  await browser.key('r');
  assert.doesNotMatch(await hash(), /t=/);
});

test('report: light or dark, as the system wants and as the reader wants', { skip }, async () => {
  const light = await paper();
  const media = (value: string) =>
    browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  await media('dark');
  await browser.frame();
  const dark = await paper();
  assert.notEqual(dark, light);
  await keepPicture('dark');
  await browser.key('t');
  assert.equal(await paper(), light, 't switches back');
  await browser.key('t');
  await media('light');
  assert.equal(await paper(), dark, 'what the reader chose stays');
});

test('report: no line is told apart by colour alone', { skip }, async () => {
  const clashes = await browser.value<
    string[]
  >(`[...document.querySelectorAll('figure[data-chart]')].flatMap((figure) => {
    const swatches = [...figure.querySelectorAll('.legend .swatch')].map((swatch) => {
      const copy = swatch.cloneNode(true);
      copy.removeAttribute('style');
      return copy.outerHTML;
    });
    return new Set(swatches).size < swatches.length ? [figure.id] : [];
  })`);
  assert.deepEqual(clashes, []);
});

test('report: without scripts all figures are still there', { skip }, async () => {
  await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
  await browser.open(`${pathToFileURL(report).href}?plain`);
  const { root: page } = await browser.send('DOM.getDocument');
  const { nodeIds } = await browser.send('DOM.querySelectorAll', {
    nodeId: (page as { nodeId: number }).nodeId,
    selector: 'table td',
  });
  assert.ok((nodeIds as number[]).length > 50);
});
