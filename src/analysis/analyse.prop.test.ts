import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { type Blueprint, blueprints } from '../../test/simulation/blueprint.ts';
import { scenarioOf } from '../../test/simulation/scenario.ts';
import { Comparison } from '../model/comparison-result.ts';
import type { Model } from '../model/model.ts';
import { Result } from '../model/result.ts';
import { Sweep } from '../model/sweep-result.ts';
import { thresholdMetrics } from '../model/threshold.ts';
import { simulate } from '../run/simulate.ts';
import { analyse } from './analyse.ts';
import { compare } from './comparison.ts';
import { objective } from './fixture.cases.ts';
import { summariseSeeds } from './sweep.ts';

// Random scenarios of every mechanism at once: whatever happened, looking back must make sense of it.

const firstAggregation = { trend: 'avg', rate: 'rate', counter: 'count', gauge: 'value' } as const;

/** Every kind of objective and every metric is asked of every scenario. */
function asking(model: Model): Model {
  return {
    ...model,
    objectives: [
      objective({ name: 'answered', periodMicros: 10 * model.durationMicros }),
      objective({ name: 'fast', indicator: 'latency', latencyMicros: 50_000, target: 0.9 }),
      objective({ name: 'first service', service: 'svc0', target: 0.999 }),
    ],
    thresholds: thresholdMetrics.map(({ name, kind }) => ({
      metric: name,
      expression: `${firstAggregation[kind]}>=0`,
      abortOnFail: false,
    })),
  };
}

function resultOf(blueprint: Blueprint, seed: number): Result {
  const { model, commands } = scenarioOf(blueprint);
  const asked = asking(model);
  return analyse(asked, simulate(asked, seed, commands));
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

function checkAccounts({ sources, services, calls, objectives, window }: Result): void {
  for (const source of sources) {
    const ended = source.served + sum(source.errors);
    assert.equal(source.availability, ended === 0 ? null : source.served / ended);
    assert.equal(source.latency.count, ended);
    assert.equal(source.latencyOk.count, source.served);
  }
  for (const service of services) {
    assert(
      service.utilisation >= 0 && service.utilisation <= 1 + 1e-9,
      `${service.name} ${service.utilisation}`,
    );
    assert(service.utilisationMax >= service.utilisation && service.utilisationMax <= 1 + 1e-9);
    assert(service.queue <= service.inFlight + 1e-9 && service.queue <= service.queueMax + 1e-9);
    for (const figure of ['utilisation', 'cpuCores', 'inFlight', 'queue', 'retries'] as const) {
      const parts = service.endpoints.reduce((total, endpoint) => total + endpoint[figure], 0);
      assert(Math.abs(parts - service[figure]) <= 1e-6 * (service[figure] + 1), `${service.name} ${figure}`);
    }
    const sent = calls.filter((call) => call.service === service.name);
    assert.equal(
      service.retries,
      sent.reduce((total, call) => total + call.retries, 0),
    );
  }
  for (const { good, total, passed, achieved, target } of objectives) {
    assert(good <= total);
    assert.equal(passed, achieved !== null && achieved >= target);
  }
  // A try that finds no replica, or an open breaker, is never sent; one decided during warm-up is sent after it.
  if (window.fromSeconds > 0) return;
  for (const { calls: made, shared, attempts, retries, hedges } of calls)
    assert(attempts <= made - shared + retries + hedges);
}

function checkFindings({ findings, window, series }: Result): void {
  for (const { message, fromSeconds, toSeconds } of findings) {
    assert.doesNotMatch(message, /NaN|undefined|null|Infinity|\[object/);
    assert.match(message, /\.$/);
    if (fromSeconds == null || toSeconds == null) continue;
    assert(window.fromSeconds <= fromSeconds && fromSeconds < toSeconds && toSeconds <= window.toSeconds);
  }
  for (const { values } of series.columns) assert.equal(values.length, series.timesSeconds.length);
}

test('property: any run has a result that keeps to its schema and its own figures', () => {
  fc.assert(
    fc.property(blueprints, (blueprint) => {
      const result = resultOf(blueprint, blueprint.seed);
      assert.deepEqual([...Value.Errors(Result, result)].slice(0, 3), []);
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
      checkAccounts(result);
      checkFindings(result);
    }),
    { numRuns: 25 },
  );
});

test('property: any results can be compared and summarised', () => {
  fc.assert(
    fc.property(blueprints, blueprints, (first, second) => {
      const [a, b] = [first, second].map((blueprint) => [1, 2].map((seed) => resultOf(blueprint, seed)));
      const comparison = compare(a, b);
      assert.deepEqual([...Value.Errors(Comparison, comparison)].slice(0, 3), []);
      assert.doesNotMatch(comparison.summary.join(' '), /NaN|undefined|null|Infinity/);
      assert(compare(a, a).measures.every(({ verdict }) => verdict === 'same'));
      assert.deepEqual([...Value.Errors(Sweep, summariseSeeds(a))].slice(0, 3), []);
    }),
    { numRuns: 10 },
  );
});
