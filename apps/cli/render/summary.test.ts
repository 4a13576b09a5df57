import assert from 'node:assert/strict';
import { test } from 'node:test';
import pc from 'picocolors';
import type { Result } from '../../../src/model/result.ts';
import { narrate } from './narrative.ts';
import { summary } from './summary.ts';
import { visibleWidth } from './table.ts';
import { budgetWords, verdictWords, worstWords } from './wording.ts';

const latency = { count: 100, mean: 12, p50: 10, p90: 30, p95: 41.5, p99: 80, p999: 99, max: 120 };

/** A result by hand: a day in which the api was too small. */
function result(some: Partial<Result> = {}): Result {
  return {
    schema: 'sim.devops/result/v1',
    simulator: '0.1.0',
    scenario: 'day:small',
    description: 'A day.',
    status: 'complete',
    verdict: 'fail',
    manifest: { modelHash: 'm', seed: 7, commands: 0, traceHash: '0123456789abcdef', events: 1_234_567 },
    window: { startsAt: '2026-01-05T00:00:00Z', fromSeconds: 0, toSeconds: 86_400, durationSeconds: 86_400 },
    sources: [
      {
        name: 'visitors',
        offered: 1_000_000,
        offeredRate: 11.6,
        served: 970_000,
        servedRate: 11.2,
        availability: 0.97,
        errors: { timeout: 30_000 },
        latency,
        latencyOk: latency,
        inFlightAtEnd: 0,
      },
    ],
    services: [service('shop/web'), service('shop/api')],
    calls: [],
    objectives: [objective(false), objective(true)],
    thresholds: [
      { metric: 'http_req_duration', expression: 'p(95)<40', observed: 41.5, passed: false },
      { metric: 'http_req_failed', expression: 'rate<0.1', observed: 0.03, passed: true },
    ],
    cost: { currency: 'USD', total: 12.4, perMillionRequests: 12.78, services: [] },
    findings: [{ severity: 'problem', subject: 'shop/api', message: 'shop/api ran out of CPU.' }],
    series: {
      timesSeconds: [21_600, 43_200, 64_800, 86_400],
      columns: [
        {
          group: 'source',
          subject: 'visitors',
          measure: 'offeredRate',
          unit: 'perSecond',
          values: [5, 20, 15, null],
        },
      ],
    },
    events: [],
    annotations: [{ fromSeconds: 43_200, toSeconds: 43_200, label: 'noon' }],
    checks: [{ name: 'conservation', passed: true, detail: 'all ended' }],
    inferences: [],
    diagnostics: [],
    ...some,
  };
}

function service(name: string): Result['services'][number] {
  const endpoint = {
    endpoint: 'GET /',
    offered: 100,
    offeredRate: 1,
    served: 97,
    servedRate: 1,
    errors: { timeout: 3 },
    wasted: 0,
    utilisation: 0.37,
    cpuCores: 1.1,
    inFlight: 1,
    inFlightMax: 14,
    queue: 0.1,
    queueMax: 11,
    retries: 6,
    latency,
  };
  return {
    name,
    workload: `Deployment ${name}`,
    replicas: 3,
    offeredRate: 11.6,
    servedRate: 11.2,
    errors: { timeout: 3 },
    utilisation: 0.4,
    utilisationMax: 0.98,
    cpuCores: 1.2,
    throttledShare: 0,
    inFlight: 1,
    inFlightMax: 15,
    queue: 0.1,
    queueMax: 12,
    retries: 6,
    latency,
    endpoints: [endpoint],
  };
}

function objective(passed: boolean): Result['objectives'][number] {
  return {
    name: passed ? 'quick' : 'answered',
    description: 'words',
    indicator: 'availability',
    subject: 'visitors',
    target: 0.999,
    latencyMs: passed ? 500 : null,
    achieved: passed ? 0.99995 : 0.97,
    good: 970_000,
    total: 1_000_000,
    budget: 1000,
    budgetUsed: passed ? 0.05 : 30,
    burnRateMax: 300,
    worstWindow: { fromSeconds: 36_000, toSeconds: 36_300, achieved: 0.2 },
    passed,
  };
}

const plain = { colors: pc.createColors(false), width: 80, wide: false, next: ['devops-sim list'] };

test('summary: the verdict first, everything asked, the worst window, what next', () => {
  const text = summary(result(), plain);
  const expected = [
    /^✗ FAIL day:small does not hold: 1 of 2 objectives missed, 1 of 2 thresholds failed\n/,
    /1,000,000 requests · 1\.23M events · seed 7/,
    /Demand {2}mean 11\.6\/s, peak 20\/s at 12:00/,
    /│ 12:00 noon|12:00 noon │/,
    /✗ MISSED +answered +99\.9 % answered +97 % +spent 30× over\n +worst 10:00–10:05: 20 %/,
    /✓ met +quick +99\.9 % within 500 ms +99\.995 % +5 % spent/,
    /✗ MISSED +http_req_duration +p\(95\)<40 +got 41\.5 ms/,
    /Services of shop\n/,
    /^ {2}api +11\.6 +3 % +10 ms +42 ms +80 ms +40 % +98 % +12 +3$/m,
    /✗ shop\/api ran out of CPU\./,
    /Cost {2}12\.40 USD, 12\.78 USD per million requests/,
    /Next\n {2}devops-sim list$/,
  ];
  for (const pattern of expected) assert.match(text, pattern);
});

test('summary: wide shows what each endpoint took of its service', () => {
  const text = summary(result(), { ...plain, wide: true });
  assert.match(text, /^ {2}ENDPOINT +RATE\/S +ERRORS +WASTED +RETRIES +CPU +QUEUE +P50 +P95 +P99$/m);
  assert.match(text, /^ {2}api GET \/ +1 +3 +0 +6 +37 % +11 +10 ms +42 ms +80 ms$/m);
});

test('summary: fits the width, with or without colour, and colour adds nothing but colour', () => {
  for (const width of [60, 80, 120]) {
    const colored = summary(result(), { ...plain, width, wide: true, colors: pc.createColors(true) });
    for (const line of colored.split('\n')) {
      if (!line.includes('FAIL')) assert.ok(visibleWidth(line) <= Math.max(width, 76), line);
    }
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    assert.equal(colored.replace(escapes, ''), summary(result(), { ...plain, width, wide: true }));
  }
});

test('summary: a run that was cut short never reads as passed', () => {
  const text = summary(
    result({
      status: 'partial',
      verdict: 'none',
      window: { startsAt: null, fromSeconds: 0, toSeconds: 43_200, durationSeconds: 86_400 },
    }),
    plain,
  );
  assert.match(
    text,
    /^• PARTIAL day:small has not failed so far\n {2}partial: interrupted at 12:00:00, after 50 % of the time/,
  );
  assert.doesNotMatch(text, /PASS/);
});

test('summary: names from manifests cannot steer the terminal', () => {
  const escapeCharacter = String.fromCharCode(27);
  const text = summary(
    result({ scenario: `${escapeCharacter}[2J`, services: [service(`${escapeCharacter}]0;x`)] }),
    plain,
  );
  assert.ok(!text.includes(escapeCharacter));
});

test('wording: verdicts, budgets and windows', () => {
  assert.equal(verdictWords(result({ verdict: 'pass' })), 'holds: 2 objectives met, 2 thresholds met');
  assert.match(
    verdictWords(result({ verdict: 'none', objectives: [], thresholds: [] })),
    /has no verdict: nothing is asked of it/,
  );
  assert.equal(budgetWords({ ...objective(true), budgetUsed: null }), 'no request measured');
  assert.equal(worstWords({ ...objective(true), worstWindow: null }, null), null);
});

test('narrative: stable, at most forty lines, ends with the trace', () => {
  const text = narrate(result());
  assert.equal(text, narrate(result()));
  assert.match(text, /^day:small does not hold: /);
  assert.match(text, /\ntrace 0123456789abcdef \(seed 7\)\n$/);
  const long = narrate(
    result({
      findings: Array.from({ length: 90 }, (_, i) => ({
        severity: 'problem' as const,
        subject: 'api',
        message: `api failed ${i}.`,
      })),
    }),
  );
  const lines = long.trimEnd().split('\n');
  assert.equal(lines.length, 40);
  assert.match(long, /… and \d+ more lines\n\nCost/);
});
