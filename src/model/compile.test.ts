import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from './compile.ts';
import type { Compiler } from './kind.ts';
import { knownKinds } from './known-kinds.ts';
import { type ParseOptions, parse } from './parse.ts';
import { niceSample } from './settings.ts';

const section = {
  sources: [{ name: 'visitors' }],
  services: [{ name: 'shop/web' }, { name: 'api' }],
  endpoints: [
    { service: 0, name: 'GET /' },
    { service: 1, name: 'GET /x' },
  ],
};

const room = (more: Partial<Compiler> = {}): Compiler => ({
  room: 'traffic',
  compile: () => section,
  ...more,
});

function run(spec: string | null, more: { compiler?: Compiler; options?: ParseOptions } = {}) {
  const indented = spec?.replace(/^/gm, '  ');
  const text =
    spec === null
      ? 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n'
      : `apiVersion: sim.devops/v1alpha1\nkind: Scenario\nmetadata: {name: sale}\nspec:\n  description: A sale.\n${indented}\n`;
  const catalogue = { kinds: knownKinds, compilers: [more.compiler ?? room()] };
  const { scenario } = parse([{ name: 'sale.yaml', text }], catalogue, more.options);
  const { model, diagnostics } = compile(scenario, catalogue);
  const told = [...scenario.diagnostics, ...diagnostics]
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path, position }) => `${code} ${path} ${position?.line}:${position?.column}`);
  return { model, told };
}

const everything = `duration: 1h
warmup: 2m
sample: 10s
seed: 42
startsAt: "2026-07-01T09:00:00+02:00"
zones: [a, b]
network: {sameZone: 1ms, crossZone: {exponential: 2ms}}
objectives:
  - {name: up, displayName: It answers, indicator: availability, on: {traffic: visitors}, target: 99.9%, timeWindow: 30d}
  - {name: quick, indicator: latency, on: {service: web, endpoint: GET /}, target: 0.99, latency: 300ms}
  - {name: all, indicator: availability, target: 95%}
thresholds:
  http_req_duration{traffic:visitors}: ["p(95)<500", {threshold: "p(99)<900", abortOnFail: true}]
commands:
  - {at: 20m, scale: {service: api, replicas: 2}}
  - {at: 10m, scale: {service: web, replicas: 4}}
prices: {currency: EUR, perCoreHour: 0.04}
annotations:
  - {at: 5m, label: mail}
  - {at: 5m, until: 6m, label: peak}
`;

const compiled = {
  format: 'sim.devops/model/v1',
  name: 'sale',
  description: 'A sale.',
  seed: 42,
  durationMicros: 3600e6,
  warmupMicros: 120e6,
  sampleMicros: 10e6,
  startsAt: '2026-07-01T09:00:00+02:00',
  objectives: [
    {
      name: 'up',
      displayName: 'It answers',
      indicator: 'availability',
      traffic: 'visitors',
      service: null,
      endpoint: null,
      target: 0.999,
      latencyMicros: null,
      periodMicros: 2592000e6,
    },
    {
      name: 'quick',
      indicator: 'latency',
      traffic: null,
      service: 'shop/web',
      endpoint: 'GET /',
      target: 0.99,
      latencyMicros: 300e3,
      periodMicros: null,
    },
    {
      name: 'all',
      indicator: 'availability',
      traffic: null,
      service: null,
      endpoint: null,
      target: 0.95,
      latencyMicros: null,
      periodMicros: null,
    },
  ],
  thresholds: [
    { metric: 'http_req_duration{traffic:visitors}', expression: 'p(95)<500', abortOnFail: false },
    { metric: 'http_req_duration{traffic:visitors}', expression: 'p(99)<900', abortOnFail: true },
  ],
  commands: [
    { atMicros: 600e6, kind: 'scale', service: 'shop/web', replicas: 4 },
    { atMicros: 1200e6, kind: 'scale', service: 'api', replicas: 2 },
  ],
  prices: { currency: 'EUR', perCoreHour: 0.04, perGibHour: 0 },
  annotations: [
    { fromMicros: 300e6, toMicros: 300e6, label: 'mail' },
    { fromMicros: 300e6, toMicros: 360e6, label: 'peak' },
  ],
  inferences: [],
  diagnostics: [],
  rooms: {},
};

test('a scenario that says everything leaves nothing to infer', () => {
  const { model, told } = run(everything);
  assert.deepEqual(told, []);
  assert.deepEqual({ ...model, diagnostics: [], rooms: {} }, compiled);
  assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
});

test('manifests without a scenario run, and every setting is listed with its source', () => {
  const { model, told } = run(null);
  assert.deepEqual(told, []);
  assert.equal(model?.name, 'sale');
  assert.deepEqual([model?.durationMicros, model?.seed, model?.sampleMicros], [600e6, 1, 1e6]);
  assert.deepEqual(
    model?.inferences.map(({ path }) => path),
    [
      'spec.duration',
      'metadata.name',
      'spec.seed',
      'spec.warmup',
      'spec.sample',
      'spec.zones',
      'spec.network.sameZone',
      'spec.network.crossZone',
      'spec.prices',
    ],
  );
  for (const { value, source } of model?.inferences ?? []) assert(value !== '' && source !== '');
});

test('the duration is that of the demand where nothing else is said', () => {
  const long = room({ horizonMicros: () => 7200e6 });
  assert.equal(run('', { compiler: long }).model?.durationMicros, 7200e6);
  assert.equal(run('duration: 5m', { compiler: long }).model?.durationMicros, 300e6);
  assert.equal(run('', { compiler: room({ horizonMicros: () => null }) }).model?.durationMicros, 600e6);
});

test('sample intervals are round', () => {
  const minute = 60e6;
  const cases = [
    [minute, 1],
    [10 * minute, 1],
    [12 * minute + 1, 2],
    [60 * minute, 5],
    [1440 * minute, 120],
    [28 * 1440 * minute, 3600],
  ];
  for (const [duration, seconds] of cases) assert.equal(niceSample(duration) / 1e6, seconds);
  assert.equal(niceSample(500), 500);
});

test('settings that contradict each other are errors at their place', () => {
  const cases: [string, string][] = [
    ['duration: 0s', 'out-of-range spec.duration 6:13'],
    ['duration: 401d', 'out-of-range spec.duration 6:13'],
    ['duration: 1m\nwarmup: 1m', 'out-of-range spec.warmup 7:11'],
    ['duration: 1m\nsample: 2m', 'out-of-range spec.sample 7:11'],
    ['duration: 24h\nsample: 1ms', 'out-of-range spec.sample 7:11'],
    ['sample: 0s', 'out-of-range spec.sample 6:11'],
    ['network: {sameZone: {uniform: {min: 2ms, max: 1ms}}}', 'bad-distribution spec.network.sameZone 6:13'],
    ['zones: [a, a]', 'duplicate spec.zones[1] 6:14'],
    ['startsAt: yesterday', 'bad-notation spec.startsAt 6:13'],
    ['annotations: [{at: 2m, until: 1m, label: x}]', 'out-of-range spec.annotations[0].until 6:33'],
  ];
  for (const [spec, expected] of cases) {
    const { model, told } = run(spec);
    assert.deepEqual(told, [expected]);
    assert.equal(model, null);
  }
});

test('objectives, thresholds and commands refer to what exists', () => {
  const objective = (text: string) =>
    `objectives: [{name: a, indicator: availability, target: 0.9, ${text}}]`;
  const cases: [string, string][] = [
    [objective('on: {traffic: visitor}'), 'unknown-reference spec.objectives[0].on.traffic 6:78'],
    [objective('on: {service: wbe}'), 'unknown-reference spec.objectives[0].on.service 6:78'],
    [
      objective('on: {service: web, endpoint: GET /y}'),
      'unknown-reference spec.objectives[0].on.endpoint 6:93',
    ],
    [objective('on: {endpoint: GET /}'), 'missing-field spec.objectives[0].on.endpoint 6:79'],
    [objective('latency: 1s'), 'exclusive-fields spec.objectives[0].latency 6:73'],
    [
      'objectives: [{name: a, indicator: latency, target: 0.9}]',
      'missing-field spec.objectives[0].latency 6:16',
    ],
    [
      'objectives: [{name: a, indicator: availability, target: 1}]',
      'out-of-range spec.objectives[0].target 6:59',
    ],
    [
      'thresholds: {http_req_durations: ["avg<1"]}',
      'threshold-metric spec.thresholds.http_req_durations[0] 6:37',
    ],
    [
      'commands: [{at: 1m, scale: {service: db, replicas: 1}}]',
      'unknown-reference spec.commands[0].scale.service 6:40',
    ],
    [
      'duration: 1m\ncommands: [{at: 1m, scale: {service: api, replicas: 1}}]',
      'never-happens spec.commands[0].at 7:19',
    ],
  ];
  for (const [spec, expected] of cases) assert.equal(run(spec).told.at(0), expected, spec);
});

const besideNamespace =
  'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: sim.devops/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n';

test('a Scenario of the wrong shape has its thresholds judged all the same, sound ones left alone', () => {
  const thresholds = [
    'thresholds:',
    '  http_req_durations: ["avg<1"]',
    '  http_reqs: ["count>1", 5, {threshold: "count>"}, {threshold: 3}]',
    '  checks{service:web}: ["rate>0.9"]',
    '  checks{service:api}: ["rate>0.9"]',
    '  checks{service:wbe}: ["rate>0.9"]',
  ];
  const spec = ['duration: forever', ...thresholds].map((line) => `  ${line}\n`).join('');
  const judged = (text: string) => {
    const catalogue = { kinds: knownKinds, compilers: [room()] };
    const { scenario } = parse([{ name: 'a', text }], catalogue);
    const { model, diagnostics } = compile(scenario, catalogue);
    assert.equal(model, null);
    return diagnostics.map(({ code, path, position }) => `${code} ${path} ${position?.line}`);
  };
  const form = [
    'threshold-metric spec.thresholds.http_req_durations[0] 11',
    'threshold-expression spec.thresholds.http_reqs[2] 12',
  ];
  const names = [
    'threshold-tag spec.thresholds["checks{service:web}"][0] 13',
    'threshold-tag spec.thresholds["checks{service:wbe}"][0] 15',
  ];
  assert.deepEqual(judged(`${besideNamespace}${spec}`), [...form, ...names]);
  for (const broken of ['thresholds: 3', 'thresholds: [a]', 'thresholds: {http_reqs: 4}', 'thresholds:'])
    assert.deepEqual(judged(`${besideNamespace}  ${broken}\n`), [], broken);
});

test('a variant adds to name and description', () => {
  const { model } = run('variants: [{name: long, description: Longer., set: {scenario.spec.duration: 2h}}]', {
    options: { variant: 'long' },
  });
  assert.deepEqual(
    [model?.name, model?.description, model?.durationMicros],
    ['sale:long', 'A sale. Longer.', 7200e6],
  );
});

test('documents that reading refused are compiled to find more, and a compiler that stumbles over them is excused', () => {
  let compiled = 0;
  const counting = room({
    compile: () => {
      compiled++;
      throw new Error('a rule was broken');
    },
  });
  assert.equal(run('duration: 5', { compiler: counting }).model, null);
  assert.equal(compiled, 1);
  const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 0}]}\n';
  const catalogue = { kinds: knownKinds, compilers: [counting] };
  const { scenario } = parse([{ name: 'a', text }], catalogue);
  assert.equal(compile(scenario, catalogue).model, null);
  assert.equal(compiled, 2);
  // Without an error to excuse it, a compiler that throws is a defect and is heard.
  assert.throws(() => run('seed: 1', { compiler: counting }), /a rule was broken/);
});

test('nothing to simulate is an error', () => {
  const catalogue = { kinds: knownKinds, compilers: [room({ compile: () => null })] };
  const codes = (text: string) => {
    const { scenario } = parse([{ name: 'a', text }], catalogue);
    return compile(scenario, catalogue).diagnostics.map(({ code }) => code);
  };
  assert.deepEqual(codes(''), ['nothing-to-simulate']);
  assert.deepEqual(codes('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n'), [
    'nothing-to-simulate',
  ]);
});
