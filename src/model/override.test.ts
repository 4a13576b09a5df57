import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownKinds } from './known-kinds.ts';
import { readSteps, splitAssignment, stepsText } from './override-path.ts';
import { type ParseOptions, parse } from './parse.ts';

const catalogue = { kinds: knownKinds, compilers: [] };
const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: shop/web:1
        - name: proxy
          image: envoy:1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: site.conf}
data: {a.b: "1"}
---
apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata: {name: sale}
spec:
  duration: 1h
  variants:
    - name: short
      description: Half of it.
      set:
        scenario.spec.duration: 30m
        deploy/web.spec.replicas: 7
    - {name: broken, set: {deployment/webb.spec.replicas: 1}}
`;

function change(...set: string[]) {
  return read({ set });
}

function read(options: ParseOptions) {
  const { scenario, diagnostics } = parse([{ name: 'shop.yaml', text }], catalogue, options);
  const value = (kind: string, name: string, namespace = 'default') =>
    // biome-ignore lint/suspicious/noExplicitAny: looks into documents of several kinds.
    scenario.resources.find<any>(kind, namespace, name)?.value;
  return {
    deployment: value('Deployment', 'web', 'shop'),
    configMap: value('ConfigMap', 'site.conf'),
    scenario: value('Scenario', 'sale'),
    told: diagnostics.map(({ code, message, remedy, position }) =>
      [code, message, remedy ?? '', `${position?.file}:${position?.line}`].join(' | '),
    ),
  };
}

test('values are put into the document that the path names', () => {
  const { deployment, configMap, scenario, told } = change(
    'deployment/web.spec.replicas=6',
    'DEPLOY/shop/web.spec.template.spec.containers[1].image=envoy:2',
    'deployments/web.spec.template.spec.containers[name=web].env[0]={name: A, value: "x=y"}',
    'cm/site.conf.data.a\\.b=two',
    'configmap/site.conf.data["c.d"]=three',
    'scenario.spec.duration=2h',
    'scenario/sale.spec.seed=7',
    'cm/site.conf.data.nothing=',
    'scenario.spec.zones=[a, b]',
  );
  assert.deepEqual(told, []);
  assert.equal(deployment.spec.replicas, 6);
  const [web, proxy] = deployment.spec.template.spec.containers;
  assert.deepEqual(web.env, [{ name: 'A', value: 'x=y' }]);
  assert.equal(proxy.image, 'envoy:2');
  assert.deepEqual(configMap.data, { 'a.b': 'two', 'c.d': 'three', nothing: '' });
  assert.deepEqual(scenario.spec.zones, ['a', 'b']);
  assert.deepEqual([scenario.spec.duration, scenario.spec.seed], ['2h', 7]);
});

test('a value that a document may not have is told at the assignment', () => {
  const { told } = change('scenario.spec.description=');
  assert.deepEqual(told, ['empty-value | description is empty. |  | --set scenario.spec.description=:1']);
});

test('later values win, null removes, and texts need no quotes', () => {
  const { scenario, deployment, told } = change(
    'scenario.spec.seed=1',
    'scenario.spec.seed=2',
    'scenario.spec.duration=null',
    'scenario.spec.thresholds.http_reqs[0]=count>3',
    'deployment/web.metadata.annotations.note=a: b: c',
  );
  assert.deepEqual(told, []);
  assert.equal(scenario.spec.seed, 2);
  assert.equal('duration' in scenario.spec, false);
  assert.deepEqual(scenario.spec.thresholds, { http_reqs: ['count>3'] });
  assert.equal(deployment.metadata.annotations.note, 'a: b: c');
});

test('what cannot be set says why', () => {
  const cases: [string, RegExp][] = [
    ['nonsense', /is not an assignment. \| Write kind\/name.path=value/],
    ['=3', /is not an assignment/],
    ['deplyment/web.spec.replicas=1', /no kind "deplyment". \| Did you mean "deployment"/],
    ['deployment/wep.spec.replicas=1', /no Deployment "wep". \| (Did you mean|There is) "?shop\/web/],
    ['service/web.spec.type=NodePort', /There is no Service "web"/],
    ['deployment/web=1', /names no field/],
    ['deployment/web.spec..replicas=1', /names no field/],
    ['deployment/web.__proto__.x=1', /names no field/],
    ['deployment/web.metadata.name.first=1', /metadata.name is web and has no fields/],
    ['deployment/web.spec[0]=1', /spec is not a list/],
    ['deployment/web.spec.template.spec.containers.image=1', /containers is a list. \| Write a position/],
    ['deployment/web.spec.template.spec.containers[7].image=1', /has only 2 items/],
    [
      'deployment/web.spec.template.spec.containers[name=db].image=1',
      /no item with name db. \| There is web, proxy/,
    ],
  ];
  for (const [set, expected] of cases) {
    const { told } = change(set);
    assert.equal(told.length, 1, set);
    assert.match(told[0], expected);
    assert.match(told[0], /^bad-set/);
  }
});

test('a value of the wrong type is told with the assignment as its place', () => {
  assert.deepEqual(change('scenario.spec.duration=5').told, [
    'wrong-type | duration must be a duration like 250ms, not 5. | Write the unit: "5s" for seconds, "5ms" for milliseconds. | --set scenario.spec.duration=5:1',
  ]);
});

test('a variant sets its values, and --set has the last word', () => {
  const short = read({ variant: 'short' });
  assert.deepEqual(short.told, []);
  assert.equal(short.scenario.spec.duration, '30m');
  assert.equal(short.deployment.spec.replicas, 7);
  const more = read({ variant: 'short', set: ['deployment/web.spec.replicas=8'], duration: '5m' });
  assert.equal(more.deployment.spec.replicas, 8);
  assert.equal(more.scenario.spec.duration, '5m');
});

test('an unknown variant, and a variant that sets what is not there', () => {
  assert.deepEqual(read({ variant: 'shrot' }).told, [
    'unknown-variant | There is no variant "shrot". | Did you mean "short"? Variants: short, broken. | undefined:undefined',
  ]);
  const { told } = read({ variant: 'broken' });
  assert.match(told[0], /There is no Deployment "webb".*shop\.yaml:31/);
});

test('settings of the scenario can be given to manifests without one', () => {
  const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 1}]}\n';
  const { scenario, diagnostics } = parse([{ name: '-', text: service }], catalogue, { duration: '3h' });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(scenario.document?.value.spec, { duration: '3h' });
  assert.equal(scenario.name, 'simulation');
});

test('names in two namespaces must be told apart', () => {
  const service = (namespace: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ${namespace}}\n`;
  const told = (namespaces: string[], set: string) =>
    parse([{ name: '-', text: namespaces.map(service).join('---\n') }], catalogue, {
      set: [set],
    }).diagnostics.map((each) => each.message);
  assert.deepEqual(told(['x', 'y'], 'cm/a.data.k=v'), ['Several namespaces have it: x/a, y/a.']);
  assert.deepEqual(told(['x', 'y'], 'cm/y/a.data.k=v'), []);
  assert.deepEqual(told(['x', 'default'], 'cm/a.data.k=v'), []);
  assert.deepEqual(told(['x', 'y'], 'cm.data.k=v'), ['There are 2 documents of kind ConfigMap.']);
});

test('property: no assignment breaks parsing, and steps are read back', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 20 }), (path, value) => {
      for (const set of [
        `${path}=${value}`,
        `deployment/web.${path}=${value}`,
        `scenario.spec[${path}]=${value}`,
      ])
        assert(Array.isArray(change(set).told));
      const steps = readSteps(path);
      if (steps !== null) assert.equal(typeof stepsText(steps), 'string');
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(splitAssignment('a[name=b].c=d=e'), { path: 'a[name=b].c', value: 'd=e' });
});
