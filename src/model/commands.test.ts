import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { catalogue } from '../world/catalogue.ts';
import { compile } from './compile.ts';
import type { Command } from './model.ts';
import { parse } from './parse.ts';

const labels = { app: 'web' };
const system = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } },
    },
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: {
        kind: 'Widget',
        plural: 'widgets',
        singular: 'widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  },
];

function compiled(...commands: object[]) {
  const scenario = {
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'day', namespace: 'shop' },
    spec: { duration: '1h', commands },
  };
  const text = [scenario, ...system].map((document) => stringify(document)).join('---\n');
  const parsed = parse([{ name: 'a.yaml', text }], catalogue);
  const { model, diagnostics } = compile(parsed.scenario, catalogue);
  const told = [...parsed.diagnostics, ...diagnostics].filter(({ severity }) => severity !== 'info');
  return { commands: model?.commands ?? [], told, text };
}

/** What one command becomes, and nothing to tell. */
function only(command: object): Command {
  const { commands, told } = compiled({ at: '10m', ...command });
  assert.deepEqual(told, []);
  assert.equal(commands.length, 1);
  assert.equal(commands[0].atMicros, 600e6);
  return commands[0];
}

/** Method, address, content type and body of the request that a command becomes. */
function requestOf(command: object): unknown[] {
  const made = only(command);
  assert(made.kind === 'request');
  const { method, path, contentType, body } = made.request;
  return [`${method} ${path}`, contentType, body];
}

test('a command is the request that kubectl would send', () => {
  const patch = { spec: { paused: true } };
  const apps = '/apis/apps/v1/namespaces/shop';
  assert.deepEqual(requestOf({ patch: { resource: 'deploy/web', patch } }), [
    `PATCH ${apps}/deployments/web`,
    'application/strategic-merge-patch+json',
    patch,
  ]);
  const merged = requestOf({ patch: { resource: 'hpa/web', namespace: 'edge', type: 'merge', patch } });
  assert.deepEqual(merged.slice(0, 2), [
    'PATCH /apis/autoscaling/v2/namespaces/edge/horizontalpodautoscalers/web',
    'application/merge-patch+json',
  ]);
  const json = requestOf({ patch: { resource: 'node/a', type: 'json', patch: [] } });
  assert.deepEqual(json, ['PATCH /api/v1/nodes/a', 'application/json-patch+json', []]);
  assert.deepEqual(
    requestOf({ setImage: { resource: 'Deployment/web', container: 'web', image: 'shop/web:2' } }),
    [
      `PATCH ${apps}/deployments/web`,
      'application/strategic-merge-patch+json',
      { spec: { template: { spec: { containers: [{ name: 'web', image: 'shop/web:2' }] } } } },
    ],
  );
  assert.deepEqual(requestOf({ delete: { resource: 'pods/web-0' } }), [
    'DELETE /api/v1/namespaces/shop/pods/web-0',
    '',
    null,
  ]);
  assert.deepEqual(requestOf({ delete: { resource: 'wd/a', gracePeriodSeconds: 0 } }), [
    'DELETE /apis/example.com/v1/widgets/a',
    'application/json',
    { gracePeriodSeconds: 0 },
  ]);
  assert.deepEqual(requestOf({ cordon: 'node-0' }), [
    'PATCH /api/v1/nodes/node-0',
    'application/merge-patch+json',
    { spec: { unschedulable: true } },
  ]);
  assert.deepEqual(requestOf({ uncordon: 'node-0' })[2], { spec: { unschedulable: null } });
});

test('an object is applied from the server side, in its namespace or the Scenario’s', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' }, data: { a: 'b' } };
  const made = only({ apply: object });
  assert(made.kind === 'request');
  assert.equal(made.request.path, '/api/v1/namespaces/shop/configmaps/flags');
  assert.equal(made.request.contentType, 'application/apply-patch+yaml');
  assert.deepEqual(made.request.query, { fieldManager: 'scenario-operator', force: 'true' });
  assert.deepEqual(made.request.body, object);
  const elsewhere = { ...object, metadata: { name: 'flags', namespace: 'edge' } };
  assert.equal(requestOf({ apply: elsewhere })[0], 'PATCH /api/v1/namespaces/edge/configmaps/flags');
  const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' } };
  assert.equal(
    requestOf({ apply: rollout })[0],
    'PATCH /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web',
  );
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' } };
  assert.equal(requestOf({ apply: widget })[0], 'PATCH /apis/example.com/v1/widgets/a');
});

test('a drain is a client of its own', () => {
  const drain = { node: 'node-0' };
  const plain = { atMicros: 600e6, kind: 'drain', node: 'node-0' };
  assert.deepEqual(only({ drain }), {
    ...plain,
    force: false,
    gracePeriodSeconds: null,
    timeoutMicros: null,
  });
  assert.deepEqual(only({ drain: { ...drain, force: true, gracePeriodSeconds: 5, timeout: '3m' } }), {
    ...plain,
    force: true,
    gracePeriodSeconds: 5,
    timeoutMicros: 180e6,
  });
});

test('commands happen in order of time, and those of one time as they are written', () => {
  const { commands } = compiled(
    { at: '2m', cordon: 'b' },
    { at: '1m', cordon: 'a' },
    { at: '2m', uncordon: 'b' },
  );
  assert.deepEqual(
    commands.map((command) => [command.atMicros, command.kind === 'request' && command.request.body]),
    [
      [60e6, { spec: { unschedulable: true } }],
      [120e6, { spec: { unschedulable: true } }],
      [120e6, { spec: { unschedulable: null } }],
    ],
  );
});

test('what cannot be understood is told at its place, with what was meant', () => {
  const cases: [object, code: string, path: string, remedy?: RegExp][] = [
    [{ patch: { resource: 'web', patch: {} } }, 'bad-reference', 'patch.resource', /deployment\/web/],
    [{ patch: { resource: 'deploy/', patch: {} } }, 'bad-reference', 'patch.resource'],
    [{ delete: { resource: 'shop/deploy/web' } }, 'bad-reference', 'delete.resource'],
    [{ delete: { resource: 'deploymnt/web' } }, 'unknown-kind', 'delete.resource', /deployment/],
    [
      { setImage: { resource: 'traffic/users', container: 'a', image: 'b' } },
      'unknown-kind',
      'setImage.resource',
    ],
    [
      { apply: { apiVersion: 'apps/v1', kind: 'Deploymnt', metadata: { name: 'a' } } },
      'unknown-kind',
      'apply',
      /Deployment/,
    ],
    [{ apply: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: {} } }, 'missing-field', 'apply'],
    [{ cordon: 'a', uncordon: 'b' }, 'exclusive-fields', 'uncordon'],
    [{ drain: { nod: 'a' } }, 'unknown-field', 'drain.nod', /node/],
    [{ drain: { node: 'a', timeout: 'soon' } }, 'bad-notation', 'drain.timeout'],
    [
      { patch: { resource: 'deploy/web', type: 'stategic', patch: {} } },
      'wrong-value',
      'patch.type',
      /strategic/,
    ],
  ];
  for (const [command, code, path, remedy] of cases) {
    const { told, text } = compiled({ at: '1m', ...command });
    assert.deepEqual(
      told.map((each) => [each.code, each.path]),
      [[code, `spec.commands[0].${path}`]],
      JSON.stringify(command),
    );
    const [{ position }] = told;
    assert(position !== undefined && position.line > 1 && position.line <= text.split('\n').length);
    if (remedy !== undefined) assert.match(told[0].remedy ?? '', remedy);
  }
});

test('what comes after the end never happens, which is told', () => {
  const { told } = compiled({ at: '2h', cordon: 'a' });
  assert.deepEqual(
    told.map(({ severity, code, path }) => [severity, code, path]),
    [['warning', 'never-happens', 'spec.commands[0].at']],
  );
});
