import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceModelKind } from './kinds/service-model.ts';
import { trafficKind } from './kinds/traffic.ts';
import { pathText } from './place.ts';
import { asSchema, type Schema } from './schema.ts';
import { validate } from './validate.ts';

function issues(value: unknown, schema: Schema) {
  return validate(value, schema).map((issue) => [issue.code, pathText(issue.path)]);
}

function serviceModel(spec: Record<string, unknown>) {
  return {
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'ServiceModel',
    metadata: { name: 'web' },
    spec: { for: { service: 'web' }, endpoints: [{ name: 'GET /', steps: [] }], ...spec },
  };
}

const schema = asSchema(serviceModelKind.schema);
const steps = (...list: unknown[]) => serviceModel({ endpoints: [{ name: 'GET /', steps: list }] });
const first = 'spec.endpoints[0].steps[0]';

test('what the schema allows has no issue', () => {
  const value = steps(
    { cpu: '12ms' },
    { cpu: { lognormal: { p50: '12ms', p99: '80ms' } }, probability: '30%' },
    { cpu: { base: '5ms', perUnit: { tokens: '80ns' } } },
    { call: 'api/GET /', retries: { max: 2, on: ['timeout'] }, repeat: 3 },
    { parallel: [{ call: 'api' }, { call: 'b', optional: true }] },
    { steps: [{ wait: { mixture: [{ weight: 1, of: { exponential: '3ms' } }] } }] },
  );
  assert.deepEqual(issues(value, schema), []);
});

test('types, bounds, words and notations', () => {
  const value = serviceModel({
    queue: { capacity: '10', discipline: 'fofi' },
    startup: 8,
    rateLimit: { rate: '100/fortnight', burst: 0 },
    runtime: { model: 'threadPool', threads: 1.5, cores: 0 },
  });
  assert.deepEqual(issues(value, schema), [
    ['wrong-type', 'spec.queue.capacity'],
    ['wrong-value', 'spec.queue.discipline'],
    ['wrong-type', 'spec.startup'],
    ['bad-notation', 'spec.rateLimit.rate'],
    ['out-of-range', 'spec.rateLimit.burst'],
    ['wrong-type', 'spec.runtime.threads'],
    ['out-of-range', 'spec.runtime.cores'],
  ]);
});

test('remedies say how to mend it', () => {
  const remedy = (value: unknown) => validate(value, schema).map((issue) => issue.remedy);
  assert.deepEqual(remedy(serviceModel({ startup: 8 })), [
    'Write the unit: "8s" for seconds, "8ms" for milliseconds.',
  ]);
  assert.deepEqual(remedy(serviceModel({ queue: { capacity: '10' } })), ['Remove the quotes.']);
  assert.deepEqual(remedy(serviceModel({ endpints: [] })), ['Did you mean "endpoints"?']);
  assert.deepEqual(remedy(serviceModel({ startupTime: '8s' })), ['Did you mean "startup"?']);
  assert.deepEqual(remedy({ ...serviceModel({}), metadata: { name: 3 } }), ['Put it in quotes: "3".']);
  assert.deepEqual(remedy(serviceModel({ queue: { capacity: 1, x: 2 } })), [
    'Known here: capacity, discipline.',
  ]);
});

test('a union is judged by the alternative that is meant', () => {
  const cases: [unknown, [string, string][]][] = [
    [{ cpu: '12 ms' }, [['bad-notation', `${first}.cpu`]]],
    [{ cpu: 12 }, [['wrong-type', `${first}.cpu`]]],
    [{ cpu: { lognoraml: {} } }, [['missing-choice', `${first}.cpu`]]],
    [{ cpu: { lognormal: { mean: '1ms', p99: '3ms' } } }, [['unknown-field', `${first}.cpu.lognormal.p99`]]],
    [{ cpu: { lognormal: { p50: '1ms' } } }, [['too-few', `${first}.cpu.lognormal`]]],
    [{ cpu: { lognormal: { p50: '1ms', p200: '1ms' } } }, [['unknown-field', `${first}.cpu.lognormal.p200`]]],
    [{ cpu: { gamma: { mean: '1ms', cv: -1 } } }, [['out-of-range', `${first}.cpu.gamma.cv`]]],
    [{ cpu: '1ms', call: 'x' }, [['exclusive-fields', `${first}.call`]]],
    [{ call: 'x', retries: { max: 1, jiter: 'full' } }, [['unknown-field', `${first}.retries.jiter`]]],
    [{}, [['missing-choice', first]]],
    [null, [['empty-value', first]]],
    ['cpu', [['wrong-type', first]]],
    [{ steps: [{ steps: [{ cpu: true }] }] }, [['wrong-type', `${first}.steps[0].steps[0].cpu`]]],
  ];
  for (const [step, expected] of cases)
    assert.deepEqual(issues(steps(step), schema), expected, JSON.stringify(step));
});

test('one of several fields is asked for, and only one', () => {
  const traffic = (spec: Record<string, unknown>) => ({
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'Traffic',
    metadata: { name: 'x' },
    spec: { target: { service: 'a' }, ...spec },
  });
  const of = (spec: Record<string, unknown>) => issues(traffic(spec), asSchema(trafficKind.schema));
  assert.deepEqual(of({}), [['missing-choice', 'spec']]);
  assert.deepEqual(of({ open: { rate: 1 }, closed: { users: 1 } }), [['exclusive-fields', 'spec.closed']]);
  assert.deepEqual(of({ open: {} }), [['missing-choice', 'spec.open']]);
  assert.deepEqual(of({ open: { rate: -1 } }), [['out-of-range', 'spec.open.rate']]);
});

test('a missing field that stands there misspelt is told once', () => {
  const { endpoints, ...rest } = serviceModel({}).spec;
  const value = { ...serviceModel({}), spec: { ...rest, endpints: endpoints } };
  assert.deepEqual(issues(value, schema), [['unknown-field', 'spec.endpints']]);
  assert.deepEqual(issues({ ...serviceModel({}), spec: rest }, schema), [
    ['missing-field', 'spec.endpoints'],
  ]);
});

test('names of Object.prototype are unknown fields like any other', () => {
  assert.deepEqual(issues(serviceModel({ constructor: 1, toString: 2 }), schema), [
    ['unknown-field', 'spec.constructor'],
    ['unknown-field', 'spec.toString'],
  ]);
});
