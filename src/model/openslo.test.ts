import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from './compile.ts';
import { knownKinds } from './known-kinds.ts';
import { parse } from './parse.ts';

const section = { sources: [{ name: 'shoppers' }], services: [{ name: 'web' }], endpoints: [] };
const catalogue = { kinds: knownKinds, compilers: [{ room: 'traffic', compile: () => section }] };

function run(text: string) {
  const { scenario } = parse([{ name: 'slo.yaml', text }], catalogue);
  const { model, diagnostics } = compile(scenario, catalogue);
  return {
    objectives: model?.objectives,
    told: [...scenario.diagnostics, ...diagnostics].map(({ severity, code }) => `${severity} ${code}`),
  };
}

const source = (spec: string, type = 'sim.devops') => `{metricSource: {type: ${type}, spec: {${spec}}}}`;
const ratio = (good: string, total: string) => `ratioMetric: {counter: true, good: ${good}, total: ${total}}`;
const slo = (indicator: string, objectives = '[{target: 0.99}]') => `apiVersion: openslo/v1
kind: SLO
metadata: {name: quick, displayName: Quick answers, labels: {team: [a, b]}}
spec:
  description: Answers are quick.
  service: shop
  indicator: {metadata: {name: i}, spec: {${indicator}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: ${objectives}
`;

test('a ratio of the simulator’s own sources is an objective', () => {
  const quick = slo(ratio(source('traffic: shoppers, latency: 300ms'), source('traffic: shoppers')));
  assert.deepEqual(run(quick), {
    objectives: [
      {
        name: 'quick',
        indicator: 'latency',
        traffic: 'shoppers',
        service: null,
        endpoint: null,
        target: 0.99,
        latencyMicros: 300e3,
        periodMicros: 28 * 86_400e6,
      },
    ],
    told: [],
  });
});

test('an SLI of its own, several objectives, percentages', () => {
  const sli = `apiVersion: openslo/v1\nkind: SLI\nmetadata: {name: up}\nspec: {${ratio(source('service: web'), source('service: web'))}}\n`;
  const by = slo('', '[{displayName: good, targetPercent: 99.5}, {target: 0.9}]').replace(
    /indicator: .*/,
    'indicatorRef: up',
  );
  const { objectives, told } = run(`${sli}---\n${by}`);
  assert.deepEqual(told, []);
  assert.deepEqual(
    objectives?.map(({ name, indicator, service, target }) => [name, indicator, service, target]),
    [
      ['quick 1', 'availability', 'web', 0.995],
      ['quick 2', 'availability', 'web', 0.9],
    ],
  );
  assert.equal(objectives?.[0].displayName, 'good');
});

test('what cannot be measured here is left out with a warning', () => {
  for (const indicator of [
    ratio(source('query: x', 'Prometheus'), source('query: y', 'Prometheus')),
    `thresholdMetric: ${source('query: x', 'Prometheus')}`,
  ]) {
    const { objectives, told } = run(slo(indicator));
    assert.deepEqual(objectives, []);
    assert.deepEqual(told, ['warning slo-not-measured']);
  }
});

test('unknown names and targets are errors', () => {
  const of = (spec: string, objectives?: string) =>
    run(slo(ratio(source(spec), source(spec)), objectives)).told;
  assert.deepEqual(of('traffic: nobody'), ['error unknown-reference']);
  assert.deepEqual(of('service: api'), ['error unknown-reference']);
  assert.deepEqual(of('latency: soon'), ['error bad-notation']);
  assert.deepEqual(of('traffic: shoppers', '[{target: 1}]'), ['error out-of-range']);
  assert.deepEqual(of('traffic: shoppers', '[{}]'), ['error out-of-range']);
});
