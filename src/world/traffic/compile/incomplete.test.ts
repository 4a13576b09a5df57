import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Diagnostic, Diagnostics } from '../../../base/diagnostics.ts';
import { compile } from '../../../model/compile.ts';
import { parse } from '../../../model/parse.ts';
import { catalogue } from '../../catalogue.ts';
import { compileTraffic } from './compiler.ts';
import { codes, compileText, deployed, modelled, own } from './manifests.cases.ts';

/** Documents that are left out for their shape, while what hangs together among the others is judged all the same. */

const ingress = (name: string, service: string): string =>
  `---\n${JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name },
    spec: {
      rules: [
        {
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: service, port: { number: 8080 } } },
              },
            ],
          },
        },
      ],
    },
  })}\n`;

const steps = (...list: readonly object[]) => ({ endpoints: [{ name: 'GET /', steps: list }] });

/** Three problems of shape, and eight of reference. */
const both = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: many
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "node:22"}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: "node:22"}]}
---
apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: api}
spec:
  for: {deployment: api}
  runtime: {model: eventLoop}
  endpoints:
    - name: GET /
      steps:
        - call: db
        - {call: web/anything}
        - {call: api/GET /b, pool: spare}
    - name: GET /b
      steps: [{call: api/GET /}]
---
apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: orders}
spec:
  for: {service: ordrs}
  runtime: {model: fibres}
  endpoints: []
---
apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: cart}
spec:
  for: {service: crt}
  runtime: {model: eventLoop}
  endpoints:
    - {name: GET /, steps: [{call: api/GET /c}]}
---
apiVersion: sim.devops/v1alpha1
kind: Traffic
metadata: {name: users}
spec:
  target: {service: wbe}
  open: {rate: 5/s}
---
apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata: {name: day}
spec:
  objectives:
    - {name: up, indicator: availability, on: {service: web}, target: 99%}
    - {name: fast, indicator: latency, latency: 1s, on: {traffic: visitors}, target: 99%}
`;

test('problems of shape and of reference are told together, each at its place', () => {
  const { model, diagnostics } = compileText(both);
  assert.equal(model, null);
  const told = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, position }) => `${code} ${position!.file}:${position!.line}:${position!.column}`);
  assert.deepEqual(told, [
    'wrong-type manifests.yaml:5:13',
    'wrong-value manifests.yaml:40:20',
    'too-few manifests.yaml:41:3',
    'service-model-unbound manifests.yaml:39:18',
    'service-model-unbound manifests.yaml:47:18',
    'unknown-service manifests.yaml:29:17',
    'unknown-pool manifests.yaml:31:36',
    'unknown-endpoint manifests.yaml:50:36',
    'call-circle manifests.yaml:31:11',
    'unknown-service manifests.yaml:56:21',
    'unknown-reference manifests.yaml:65:67',
  ]);
});

test('what a broken document carries counts as there', () => {
  const broken = deployed('web').replaceAll('"replicas":1', '"replicas":"x"');
  const { diagnostics } = compileText(
    broken +
      modelled('web', steps({ cpu: '1ms' })) +
      deployed('api') +
      modelled('api', steps({ call: 'web' }, { call: 'web.default/GET /' }, { call: 'default/web' })) +
      own('Traffic', 'users', { target: { ingress: 'edge' }, open: { rate: '1/s' } }) +
      ingress('edge', 'web') +
      own('Scenario', 'day', {
        warmup: '20m',
        objectives: [{ name: 'up', indicator: 'availability', on: { service: 'web' }, target: '9%' }],
        thresholds: { 'http_reqs{service:web,endpoint:GET /}': ['count>1'] },
      }),
  );
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path}`),
    ['wrong-type spec.replicas', 'out-of-range spec.warmup'],
  );
});

test('a document that cannot be read as YAML may carry the names that are written in it', () => {
  const sound = deployed('api') + modelled('api', steps({ call: 'db' }, { call: 'cache' }));
  const unread = '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: db\n spec: [\n';
  assert.deepEqual(
    codes(compileText(sound + unread)).filter((code) => code !== 'yaml-syntax'),
    ['unknown-service'],
  );
  const template = '---\nkind: Service\nmetadata:\n  name: {{ .Values.name }}-x\n';
  assert.equal(codes(compileText(sound + template)).includes('unknown-service'), false);
});

test('a document that is left out can be what was meant', () => {
  const web = deployed('web').replaceAll('"replicas":1', '"replicas":"x"').split('---\n')[1];
  const remedies = (text: string) =>
    compileText(text)
      .diagnostics.filter(({ code }) => code.startsWith('unknown') || code === 'service-model-unbound')
      .map(({ remedy }) => remedy);
  const model = own('ServiceModel', 'a', { for: { deployment: 'wbe' }, ...steps({ call: 'wbe' }) });
  assert.deepEqual(remedies(`---\n${web}${model}`), [
    'Did you mean "web"? There are these Deployments in namespace default: web.',
    'Did you mean "web"? There are these services: web.',
  ]);
  const traffic = own('Traffic', 'users', { target: { ingress: 'edge' }, open: { rate: '1/s' } });
  assert.deepEqual(remedies(`---\n${web}${traffic}`), ['There are no Ingresses in namespace default.']);
  const unread = '---\nkind: Pod\nmetadata: {name: a, [}\n';
  assert(remedies(`---\n${web}${traffic}${unread}`).includes('Mend the name, or add it.'));
});

test('with nothing but broken documents, only their own problems are told', () => {
  const broken = deployed('web').replaceAll('"spec":{', '"spec":[],"x":{');
  assert.deepEqual(new Set(codes(compileText(broken))), new Set(['wrong-type']));
});

const measured = { metricSource: { type: 'sim.devops', spec: { service: 'ghost14', traffic: 'visits' } } };

/** Of all that may refer to something, one that does and one that does not. */
const system =
  deployed('web', {
    type: 'LoadBalancer',
    env: { API_URL: 'http://api.default:8080' },
  }) +
  deployed('api', { limit: '2' }) +
  deployed('db', { image: 'postgres:16', port: 5432, kind: 'StatefulSet' }) +
  deployed('api-canary') +
  ingress('edge', 'api') +
  ingress('side', 'ghost2') +
  modelled('api', {
    pools: [{ name: 'main', size: 4 }],
    endpoints: [
      {
        name: 'GET /',
        steps: [{ call: 'db', pool: 'main' }, { call: 'ghost3' }, { call: 'api-canary/ghost' }],
      },
      { name: 'GET /more', steps: [{ call: 'db', pool: 'ghost4' }, { call: 'api-canary/GET /' }] },
    ],
  }) +
  modelled(
    'api-canary',
    steps({ cpu: '1ms' }, { parallel: [{ call: 'ghost5/x' }, { call: 'api/GET /more' }] }),
  ) +
  own('ServiceModel', 'stray', {
    for: { statefulSet: 'ghost6' },
    endpoints: [{ name: 'x', steps: [{ call: 'ghost7.default' }, { call: 'db' }] }],
  }) +
  own('Traffic', 'users', { target: { service: 'web' }, open: { rate: '5/s' } }) +
  own('Traffic', 'lost', { target: { service: 'ghost8' }, open: { rate: '5/s' } }) +
  own('Traffic', 'out', { target: { ingress: 'ghost9' }, open: { rate: '5/s' } }) +
  own('Traffic', 'visits', {
    target: { ingress: 'edge' },
    requests: [{ endpoint: 'GET /', name: 'home' }, { endpoint: 'ghost' }],
    sessions: { rate: '1/s', journey: [{ request: 'home' }, { request: 'ghost' }] },
  }) +
  `---\n${JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'answers' },
    spec: {
      indicator: { spec: { ratioMetric: { good: measured, total: measured } } },
      objectives: [{ target: 0.9 }],
    },
  })}\n` +
  own('Scenario', 'day', {
    objectives: [
      { name: 'a', indicator: 'availability', on: { service: 'ghost10' }, target: '99%' },
      { name: 'b', indicator: 'availability', on: { service: 'api', endpoint: 'ghost' }, target: '99%' },
      { name: 'c', indicator: 'availability', on: { traffic: 'ghost11' }, target: '99%' },
      { name: 'd', indicator: 'availability', on: { traffic: 'users' }, target: '99%' },
    ],
    thresholds: {
      'http_reqs{service:ghost12}': ['count>1'],
      'http_reqs{service:web}': ['count>1'],
      'http_req_retries{client:api}': ['count<9'],
    },
    commands: [{ at: '1m', scale: { service: 'ghost13', replicas: 2 } }],
  });

const documents: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[] = system
  .split('---\n')
  .filter((text) => text !== '')
  .map((text) => JSON.parse(text));

/** `FUZZ_TIMES=20` breaks twenty times as many. */
const times = Number(process.env['FUZZ_TIMES'] ?? 1);

type Path = readonly (string | number)[];

function paths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))];
}

interface Break {
  readonly document: number;
  readonly at: Path;
  /** Undefined takes the value out. */
  readonly value: unknown;
  /** Cuts off so many characters of the document's text instead. */
  readonly cut: number;
}

const breaking: fc.Arbitrary<Break> = fc.nat(documents.length - 1).chain((document) =>
  fc.record({
    document: fc.constant(document),
    at: fc.constantFrom(...paths(documents[document]).filter((path) => path.length > 0)),
    value: fc.constantFrom<unknown>(undefined, 3.5, true, null, [], {}, '', '../..', [[]], { x: 1 }, [7]),
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 30 })),
  }),
);

function broken(changes: readonly Break[]): string {
  const texts = documents.map((document) => JSON.stringify(document));
  for (const { document, at, value, cut } of changes) {
    if (cut > 0) {
      texts[document] = `${texts[document].slice(0, -cut)} `;
      continue;
    }
    const copy = structuredClone(documents[document]) as unknown as Record<string | number, unknown>;
    let holder = copy;
    for (const key of at.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
    if (value === undefined) delete holder[at.at(-1)!];
    else holder[at.at(-1)!] = value;
    texts[document] = JSON.stringify(copy);
  }
  return texts.map((text) => `---\n${text}\n`).join('');
}

const catalogued = (text: string) => parse([{ name: 'manifests.yaml', text }], catalogue).scenario;

const keyOf = ({ code, resource, path }: Diagnostic) => `${code} ${resource} ${path}`;

/** A circle is the same wherever it is entered. */
const round = (message: string) => [...new Set(message.split(': ')[1].split(/ → |\.$/))].sort().join();

/** What compiling says beyond reading, as `code resource path`; words may differ with what there is to suggest. */
function told(text: string): Map<string, Diagnostic> {
  const { diagnostics } = compile(catalogued(text), catalogue);
  const kept = diagnostics.filter(({ severity }) => severity !== 'info');
  return new Map(kept.map((one) => [one.code === 'call-circle' ? round(one.message) : keyOf(one), one]));
}

const whole = told(system);

test('the system that is about to be broken has every unknown reference told', () => {
  for (let n = 2; n <= 14; n++) {
    const about = [...whole.values()].filter(({ message }) => new RegExp(`\\bghost${n}\\b`).test(message));
    assert.equal(about.length, 1, `ghost${n}`);
  }
});

test('property: a broken document hides no unknown name in another, and makes up none', () => {
  let hits = 0;
  const changes = fc.uniqueArray(breaking, {
    minLength: 1,
    maxLength: 3,
    selector: ({ document }) => document,
  });
  fc.assert(
    fc.property(changes, (list) => {
      const text = broken(list);
      const scenario = catalogued(text);
      const sound = scenario.resources.all.filter(({ doubts }) => doubts === undefined);
      const left = new Set(sound.map(({ id }) => id));
      // A document that is changed and still sound says something else; only what is left out may become what it was.
      const changed = list.map(({ document }) => documents[document]);
      fc.pre(changed.every(({ kind, metadata }) => !left.has(`${kind} ${metadata.name}`)));
      fc.pre(sound.every(({ value }) => documents.some((one) => same(one, value))));
      fc.pre(!scenario.diagnostics.some(({ code }) => code === 'unknown-kind'));
      hits++;
      const found = told(text);
      const changedIds = new Set(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
      for (const [key, one] of found) {
        // A changed document may really lack what it had.
        const lacking = one.severity === 'warning' || list.some(({ value }) => same(value, { x: 1 }));
        if (lacking && changedIds.has(one.resource ?? '')) continue;
        assert.ok(whole.has(key) || isRenamed(one), `made up: ${key}: ${one.message}`);
      }
      const certain = changed.every((one) => legible(one, list)) ? [...whole] : [];
      for (const [key, { resource, message }] of certain) {
        if (!left.has(resource ?? '') || !/\bghost\d/.test(message)) continue;
        assert.ok(found.has(key), `hidden: ${key}`);
      }
      // Compiling never sees what it cannot take, so it cannot fail either.
      compileTraffic(scenario.resources, context());
    }),
    { numRuns: 150 * times },
  );
  assert.ok(hits > 50);
});

/** The same of a document whose name is not known any more, or another; or of a metric whose expression is not known. */
function isRenamed({ code, path, resource, message }: Diagnostic): boolean {
  const kindOf = (id: string | undefined) => id?.split(' ')[0];
  const told = [...whole.values()];
  if (told.some((one) => one.message === message && one.path?.startsWith(`${path}[`))) return true;
  return told.some(
    (one) => one.code === code && one.path === path && kindOf(one.resource) === kindOf(resource),
  );
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether the kind and the name of a changed document can still be read. */
function legible(one: (typeof documents)[number], list: readonly Break[]): boolean {
  const change = list.find(({ document }) => documents[document] === one)!;
  if (change.cut > 0) return false;
  return change.at[0] === 'spec';
}

function context(): Parameters<typeof compileTraffic>[1] {
  const zero = { kind: 'deterministic', value: 0 } as const;
  return {
    diagnostics: new Diagnostics(),
    infer: () => {},
    files: () => null,
    scenario: {
      name: 'x',
      description: '',
      seed: 1,
      durationMicros: 60e6,
      warmupMicros: 0,
      sampleMicros: 1e6,
      startsAt: '',
      zones: ['a'],
      network: { sameZone: zero, crossZone: zero },
    },
  };
}
