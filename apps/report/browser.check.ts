// `npm run test:browser`: opens reports in Chromium and checks that they draw, answer and stay within themselves.
// Skipped with a word where there is no Chromium; CHROMIUM names one that is not on the PATH.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compare } from '../../src/analysis/comparison.ts';
import { Chromium, findChromium } from './chromium.cases.ts';
import { renderComparisonHtml, renderHtml } from './report.ts';
import { busyCluster, clusterEvents, withCluster } from './sample-cluster.cases.ts';
import { sampleComparison, sampleDay } from './sample-day.cases.ts';

const executable = findChromium();
const skip = executable === null ? 'there is no Chromium; name one with CHROMIUM' : false;
const folder = mkdtempSync(path.join(tmpdir(), 'report-pages-'));
let page: Chromium;

function write(name: string, html: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, html);
  return pathToFileURL(file).href;
}

const day = write('day.html', renderHtml(sampleDay()));

before(async () => {
  if (executable !== null) page = await Chromium.start(executable);
});
after(async () => {
  await page?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openDay(hash = ''): Promise<void> {
  await page.resize(1400, 1000);
  await page.open(day + hash);
}

const figuresInSight = `[...document.querySelectorAll('figure.chart')].filter((f) => !f.closest('[hidden]'))`;

/** A fingerprint of every chart in sight, to see whether they were drawn anew. */
function pictures(): Promise<number[]> {
  return page.evaluate(
    `${figuresInSight}.map((f) => [...(f.querySelector('canvas')?.toDataURL() ?? '')].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) | 0, 7))`,
  );
}

/** The middle of the plotting area of a chart, scrolled into sight. */
async function middleOf(id: string): Promise<{ x: number; y: number; width: number }> {
  await page.evaluate(
    `document.querySelector('#chart-${id}').scrollIntoView({ block: 'center', behavior: 'instant' })`,
  );
  await page.settle();
  return page.evaluate(
    `(() => { const box = document.querySelector('#chart-${id} .u-over').getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2, width: box.width }; })()`,
  );
}

test('every chart in sight is drawn, nothing is fetched and nothing complains', { skip }, async () => {
  await openDay();
  const colours = await page.evaluate<number[]>(
    `${figuresInSight}.map((f) => { const c = f.querySelector('canvas'); if (!c) return 0;
    const data = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
    return new Set(data).size; })`,
  );
  assert.ok(colours.length >= 10, `only ${colours.length} charts`);
  for (const [index, count] of colours.entries())
    assert.ok(count > 20, `chart ${index} shows ${count} colours`);
  assert.deepEqual(page.complaints, []);
  const fetched = page.requests.filter((url) => !/^(file|data|about):/.test(url));
  assert.deepEqual(fetched, []);
});

test('the cursor reads all charts at the same time', { skip }, async () => {
  await openDay();
  const { x, y } = await middleOf('demand');
  await page.mouse('Moved', x, y);
  await page.settle();
  const texts = await page.evaluate<string[]>(
    `${figuresInSight}.map((f) => f.querySelector('.when').textContent + ' ' + f.querySelector('.value').textContent)`,
  );
  assert.match(texts[0]!, /^1[12]:\d\d .*\d\/s$/);
  const times = new Set(texts.map((text) => text.slice(0, 5)));
  assert.equal(times.size, 1, `charts read different times: ${[...times]}`);
  await page.mouse('Moved', 5, 5);
  await page.settle();
  assert.match(await page.evaluate(`document.querySelector('#chart-demand .value').textContent`), /^max /);
});

test('dragging zooms all charts, the address keeps it, and r shows the whole run again', {
  skip,
}, async () => {
  await openDay();
  const whole = await pictures();
  const { x, y, width } = await middleOf('demand');
  await page.mouse('Moved', x - width / 4, y);
  await page.mouse('Pressed', x - width / 4, y);
  await page.mouse('Moved', x, y);
  await page.mouse('Moved', x + width / 8, y);
  await page.mouse('Released', x + width / 8, y);
  await page.mouse('Moved', 5, 5);
  await page.settle();
  const span = /t=([\d.]+)-([\d.]+)/.exec(await page.evaluate<string>('location.hash'));
  assert.ok(span !== null, 'the address does not hold the stretch of time');
  assert.ok(Math.abs(Number(span[1]) - 21_600) < 300 && Math.abs(Number(span[2]) - 54_000) < 300, span[0]);
  const zoomed = await pictures();
  for (const [index, picture] of zoomed.entries()) assert.notEqual(picture, whole[index], `chart ${index}`);
  await page.press('r');
  assert.equal(await page.evaluate('location.hash'), '');
  assert.deepEqual(await pictures(), whole);
});

test('an address shows its stretch, service, scale and colours', { skip }, async () => {
  await openDay('#t=30000-40000&service=db&log=1&theme=dark');
  const seen = await page.evaluate<unknown>(
    `[document.querySelector('#range').textContent, document.querySelector('[data-panel]:not([hidden]) h3').textContent,
    document.querySelector('[data-log]').getAttribute('aria-pressed'), document.documentElement.dataset.theme]`,
  );
  assert.deepEqual(seen, ['08:20:00–11:06:40 ✕', 'db', 'true', 'dark']);
});

test('t switches between light and dark, and the charts follow', { skip }, async () => {
  await openDay('#theme=light');
  const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
  const [light, drawn] = [await ground(), await pictures()];
  await page.press('t');
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
  assert.notEqual(await ground(), light);
  for (const [index, picture] of (await pictures()).entries())
    assert.notEqual(picture, drawn[index], `chart ${index}`);
});

test('the keyboard searches, filters, helps and leaves', { skip }, async () => {
  await openDay();
  await page.press('/');
  assert.equal(await page.evaluate('document.activeElement.id'), 'search-input');
  await page.type('cache event loop');
  assert.equal(await page.evaluate(`document.querySelectorAll('#search-results [role=option]').length`), 1);
  await page.press('Enter');
  assert.match(await page.evaluate(`document.querySelector('.found').textContent`), /shop\/cache/);
  await page.press('f');
  assert.equal(await page.evaluate('document.activeElement.id'), 'assumption-table-filter');
  await page.type('IPVS');
  const rows = `[...document.querySelectorAll('#assumption-table tbody tr')].filter((row) => !row.hidden).length`;
  assert.equal(await page.evaluate(rows), 4);
  await page.press('Escape');
  assert.equal(await page.evaluate(rows), 12);
  await page.press('?');
  assert.equal(await page.evaluate(`document.querySelector('#help').open`), true);
  await page.press('Escape');
  assert.equal(await page.evaluate(`document.querySelector('#help').open`), false);
});

test('arrow keys on a focused chart move its cursor and speak', { skip }, async () => {
  await openDay();
  await page.evaluate(`document.querySelector('#chart-demand .plot').focus()`);
  await page.press('ArrowRight');
  await page.press('ArrowRight');
  assert.match(
    await page.evaluate(`document.querySelector('#live').textContent`),
    /^00:0\d.*offered \d+.*served \d+/,
  );
});

test('a heading sorts its table', { skip }, async () => {
  await openDay();
  const cell = `[...document.querySelectorAll('#endpoint-table tbody tr')].map((row) => Number(row.cells[7].dataset.value))`;
  await page.evaluate(`document.querySelectorAll('#endpoint-table thead button')[7].click()`);
  const down = await page.evaluate<number[]>(cell);
  assert.deepEqual(
    down,
    down.toSorted((a, b) => b - a),
  );
  await page.evaluate(`document.querySelectorAll('#endpoint-table thead button')[7].click()`);
  assert.deepEqual(
    await page.evaluate(cell),
    down.toSorted((a, b) => a - b),
  );
});

test('a node of the topology chooses its service', { skip }, async () => {
  await openDay();
  await page.evaluate(
    `document.querySelector('a.node[data-service="3"]').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))`,
  );
  await page.settle();
  assert.equal(await page.evaluate('location.hash'), '#service=db');
  assert.equal(
    await page.evaluate(`document.querySelector('[data-panel]:not([hidden]) h3').textContent`),
    'db',
  );
});

test('nothing sticks out of a window of 360 or of 1600 pixels', { skip }, async () => {
  for (const width of [360, 1600]) {
    await page.resize(width, 900);
    await page.open(day);
    const room = await page.evaluate<number>('document.documentElement.clientWidth');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), room);
    const plot = await page.evaluate<number>(
      `document.querySelector('#chart-demand canvas').getBoundingClientRect().width`,
    );
    assert.ok(plot > width * 0.7, `the chart is ${plot} wide`);
  }
});

test('on paper the bars and buttons are gone and the colours are light', { skip }, async () => {
  await openDay('#theme=dark');
  await page.send('Emulation.setEmulatedMedia', { media: 'print' });
  assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('.topbar')).display`), 'none');
  assert.equal(
    await page.evaluate(`getComputedStyle(document.documentElement).backgroundColor`),
    'rgb(255, 255, 255)',
  );
  await page.send('Emulation.setEmulatedMedia', { media: '' });
});

test('kinds of events are switched off and on for all charts, and the address keeps it', {
  skip,
}, async () => {
  const busy = { ...withCluster(sampleDay(), busyCluster()), events: clusterEvents(140) };
  const url = write('busy.html', renderHtml(busy));
  await page.resize(1400, 1000);
  await page.open(url);
  const all = await pictures();
  await page.evaluate(`document.querySelector('#cluster [data-mark-kind=scale]').click()`);
  await page.settle();
  assert.equal(await page.evaluate('location.hash'), '#without=scale');
  const pressed = `[...document.querySelectorAll('[data-mark-kind=scale]')].map((b) => b.getAttribute('aria-pressed')).join()`;
  assert.equal(await page.evaluate(pressed), 'false,false,false');
  const fewer = await pictures();
  for (const [index, picture] of fewer.entries()) assert.notEqual(picture, all[index], `chart ${index}`);
  await page.open(`${url}#without=scale`);
  assert.deepEqual(await pictures(), fewer);
  await page.evaluate(`document.querySelector('#traffic [data-mark-kind=scale]').click()`);
  await page.settle();
  assert.equal(await page.evaluate('location.hash'), '');
  assert.deepEqual(await pictures(), all);
  assert.deepEqual(page.complaints, []);
});

test('a comparison draws both sides and their difference', { skip }, async () => {
  const { a, b } = sampleComparison();
  await page.resize(1400, 1000);
  await page.open(write('comparison.html', renderComparisonHtml(compare(a, b), a, b)));
  const empty = `${figuresInSight}.filter((f) => !f.querySelector('canvas')).length`;
  assert.equal(await page.evaluate(empty), 0);
  const { x, y } = await middleOf('served');
  await page.mouse('Moved', x, y);
  await page.settle();
  const read = (id: string) =>
    page.evaluate<string>(`document.querySelector('#chart-${id} .value').textContent`);
  assert.match(await read('served'), /\d\/s$/);
  assert.match(await read('served-delta'), /\d\/s$/);
  assert.deepEqual(page.complaints, []);
});

test('hostile names stay text', { skip }, async () => {
  const attack = `</script><script>window.caught = 1</script><img src=x onerror="window.caught = 2">'"`;
  const result = sampleDay();
  const hostile = JSON.parse(
    JSON.stringify(result).replaceAll('visitors', JSON.stringify(attack).slice(1, -1)),
  ) as typeof result;
  await page.open(write('hostile.html', renderHtml({ ...hostile, scenario: attack })));
  assert.equal(await page.evaluate('window.caught === undefined'), true);
  assert.equal(await page.evaluate(`document.querySelector('h1').textContent`), attack);
});

test('after all of this, nothing has complained', { skip }, () => {
  assert.deepEqual(page.complaints, []);
});
