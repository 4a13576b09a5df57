import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../../src/model/result.ts';
import type { Payload } from './payload.ts';
import { renderHtml } from './report.ts';
import { sampleDay } from './sample-day.cases.ts';

const day = sampleDay();
const html = renderHtml(day);

/** The document without what is inside scripts and styles. */
function markupOf(text: string): string {
  return text.replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2>)/g, '$1$3');
}

function payloadOf(text: string): Payload {
  return JSON.parse(
    /<script type="application\/json" id="payload">([\s\S]*?)<\/script>/.exec(text)![1]!,
  ) as Payload;
}

const empty = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** Tags that are closed in the wrong place or never. */
function unbalanced(markup: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name, end] of markup.matchAll(
    /<(\/?)([a-z][\w-]*)(?:"[^"]*"|'[^']*'|[^<>"'])*?(\/?)>/gi,
  )) {
    if (closing === '/') {
      if (open.pop() !== name) wrong.push(`</${name}>`);
    } else if (end !== '/' && !empty.has(name!.toLowerCase())) open.push(name!);
  }
  return [...wrong, ...open];
}

test('the same result gives the same bytes', () => {
  assert.equal(renderHtml(sampleDay()), html);
});

test('a report fetches nothing', () => {
  const addresses = [...markupOf(html).matchAll(/\b(?:src|href|action|data|poster|srcset)="([^"]*)"/g)].map(
    (m) => m[1]!,
  );
  assert.ok(addresses.length > 20);
  assert.deepEqual(
    addresses.filter((address) => !/^(#|data:,$)/.test(address)),
    [],
  );
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1]!).join('');
  assert.doesNotMatch(styles, /@import|url\(/);
  assert.match(html, /Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-/);
});

test('elements are nested properly, ids are unique and every reference leads somewhere', () => {
  const markup = markupOf(html);
  assert.deepEqual(unbalanced(markup), []);
  const ids = [...markup.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!);
  assert.equal(new Set(ids).size, ids.length);
  const references = markup.matchAll(
    /\b(?:for|aria-labelledby|aria-controls|data-copy)="([^"]+)"|href="#([^"=]+)"/g,
  );
  const targets = [...references].map((match) => (match[1] ?? match[2])!);
  assert.deepEqual(
    targets.filter((target) => !ids.includes(target)),
    [],
  );
});

test('every figure has its chart and every chart its columns', () => {
  const { charts, columns, times } = payloadOf(html);
  const figures = [...html.matchAll(/data-chart="([^"]+)"/g)].map((match) => match[1]!);
  assert.deepEqual(figures.toSorted(), charts.map((chart) => chart.id).toSorted());
  assert.equal(new Set(figures).size, figures.length);
  for (const column of columns) assert.equal(column.length, times.length);
  for (const { column } of charts.flatMap((chart) => chart.series)) assert.ok(column in columns);
});

test('hostile names stay text everywhere', () => {
  const attack = `</script><script>alert(1)</script><!--<img src=x onerror="alert(2)">'" \u2028 & ]]>`;
  const escaped = JSON.stringify(attack).slice(1, -1);
  const words = [
    'visitors',
    'api',
    'GET /item',
    'pages-fast',
    'Countdown',
    'breaker',
    'USD',
    'kind-unknown',
    'launch-day',
    'timeout',
  ];
  const text = words.reduce((all, word) => all.replaceAll(word, `${word}${escaped}`), JSON.stringify(day));
  const hostile = renderHtml(JSON.parse(text) as Result);
  assert.equal([...hostile.matchAll(/<script\b/g)].length, 3);
  assert.equal([...hostile.matchAll(/<\/script>/g)].length, 3);
  assert.doesNotMatch(markupOf(hostile), /<img|<!--/);
  assert.deepEqual(unbalanced(markupOf(hostile)), []);
  assert.ok(payloadOf(hostile).services.some((name) => name.includes(attack)));
});

test('an objective is headed by its name for people, with the other beside it', () => {
  const [first, ...others] = day.objectives;
  const named = renderHtml({ ...day, objectives: [{ ...first!, displayName: 'Visitors <b>' }, ...others] });
  assert.match(named, /<h3>Visitors &lt;b&gt;<\/h3>/);
  assert.match(named, new RegExp(`<code>${first!.name}</code>: `));
  assert.match(named, new RegExp(`<h3>${others[0]!.name}</h3>`));
});

test('the verdict says what was missed and what was met', () => {
  assert.match(html, /<li><b>http_req_failed<\/b>: 0\.0\d+; the threshold is rate&lt;0\.005\.<\/li>/);
  assert.match(html, />136\.4\u00a0ms</);
  assert.match(html, new RegExp(`report of a run · seed ${day.manifest.seed} ·`));
  assert.match(html, /The system did not hold: it missed both objectives and 1 of 2 thresholds\./);
  assert.match(
    renderHtml(sampleDay({ roomy: true })),
    /The system held: it met both objectives and both thresholds\./,
  );
});

test('a run that did not reach its end says so before anything else', () => {
  const partial: Result = {
    ...day,
    status: 'partial',
    verdict: 'none',
    window: { ...day.window, toSeconds: 21_600 },
  };
  const text = renderHtml(partial).replaceAll('\u00a0', ' ');
  assert.match(text, /Partial result\.<\/b> The run was interrupted after 6 h of 24 h \(06:00\)/);
  assert.ok(text.indexOf('Partial result') < text.indexOf('class="verdict'));
});

test('a result without anything in it still makes a page', () => {
  const nothing: Result = {
    ...day,
    verdict: 'none',
    window: { startsAt: null, fromSeconds: 0, toSeconds: 0, durationSeconds: 0 },
    ...{ sources: [], services: [], calls: [], objectives: [], thresholds: [], findings: [], events: [] },
    ...{ annotations: [], checks: [], inferences: [], diagnostics: [], latencyBreakdown: [] },
    cost: { currency: 'USD', total: 0, perMillionRequests: null, services: [] },
    series: { timesSeconds: [], columns: [] },
  };
  const text = renderHtml(nothing);
  assert.deepEqual(unbalanced(markupOf(text)), []);
  assert.doesNotMatch(markupOf(text), /NaN|undefined|Infinity/);
});

test('no figure is missing where there are figures', () => {
  assert.doesNotMatch(markupOf(html), /NaN|undefined|Infinity|\[object/);
});

test('a day of 1,440 points and a hundred columns stays below three megabytes', () => {
  const columns = Array.from({ length: 3 }, (_, copy) =>
    day.series.columns.map((column) => ({
      ...column,
      subject: `${column.subject}${copy || ''}`,
      values: [...column.values],
    })),
  ).flat();
  const services = Array.from({ length: 3 }, (_, copy) =>
    day.services.map((service) => ({ ...service, name: `${service.name}${copy || ''}` })),
  ).flat();
  const text = renderHtml({ ...day, services, series: { ...day.series, columns } });
  assert.ok(payloadOf(text).columns.length >= 100);
  assert.ok(text.length < 3e6, `${text.length} bytes`);
});

test('more samples than a screen has pixels are thinned out, and the page says so', () => {
  const text = renderHtml(sampleDay({ intervalSeconds: 10 }));
  assert.equal(payloadOf(text).times.length, 2880);
  assert.match(text, /Each point of the charts stands for 3 samples/);
});

test('each endpoint has its part of the CPU, those inside and waiting, and the retries sent to it', () => {
  const [api] = day.services.filter(({ name }) => name === 'api');
  const [, second] = api!.endpoints;
  const rows = [...html.matchAll(/<tr\b[^>]*>(?:(?!<\/tr>)[\s\S])*<\/tr>/g)].map(([row]) => row);
  const shown = rows.find((row) => row.includes(`<code>${second!.endpoint}</code>`) && row.includes('>api<'));
  assert.ok(shown);
  assert.match(shown, new RegExp(`most at once ${second!.inFlightMax}`));
  assert.match(shown, new RegExp(`most at once ${second!.queueMax}`));
  assert.match(shown, new RegExp(`data-value="${second!.utilisation}"`));
  assert.match(shown, new RegExp(`data-value="${second!.retries}"`));
  const titles = payloadOf(html).charts.map(({ title }) => title);
  for (const title of ['CPU utilisation by endpoint', 'Waiting by endpoint', 'Retries sent to it'])
    assert.ok(titles.includes(title), title);
});
