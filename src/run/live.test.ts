import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compile } from '../model/compile.ts';
import type { Model } from '../model/model.ts';
import { parse } from '../model/parse.ts';
import { catalogue } from './catalogue.ts';
import { type LiveApi, openSession, type Session } from './session.ts';

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: shop/web:1
          resources: {requests: {cpu: 500m, memory: 256Mi}, limits: {cpu: "1"}}
          readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 2}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: web}
spec:
  for: {service: web}
  runtime: {model: eventLoop}
  startup: 3s
  endpoints: [{name: GET /, steps: [{cpu: {exponential: 8ms}}]}]
---
apiVersion: sim.devops/v1alpha1
kind: Traffic
metadata: {name: users}
spec: {target: {service: web}, open: {rate: 100/s}}
---
apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata: {name: live}
spec: {duration: 5m, seed: 3}
`;

function modelOf(text: string): Model {
  const { scenario } = parse([{ name: 'live.yaml', text }], catalogue);
  const { model, diagnostics } = compile(scenario, catalogue);
  const errors = [...scenario.diagnostics, ...diagnostics].filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
  assert.ok(model);
  return model;
}

const model = modelOf(manifests);
const deployment = '/apis/apps/v1/namespaces/default/deployments/web';
const mergePatch = 'application/merge-patch+json';

type Change = Pick<Parameters<LiveApi['request']>[0], 'method' | 'path' | 'body'>;

function ask(session: Session, { method, path, body }: Change) {
  const contentType = method === 'PATCH' ? mergePatch : 'application/json';
  const rest = { query: {}, accept: 'application/json', userAgent: 'test', contentType };
  return session.api!.request({ ...rest, method, path, body });
}

function users(session: Session) {
  return session.finish().truth.sources[0];
}

test('the pods of the beginning serve from the first request on', () => {
  const session = openSession(model);
  session.advance(30e6);
  const { offered, outcomes } = users(session);
  assert.ok(offered > 2500);
  assert.equal(outcomes.ok, offered - users(session).inFlightAtEnd);
});

test('scaling up takes as long as a pod takes to start, and to none leaves nobody to ask', () => {
  const session = openSession(model, { logs: true });
  session.advance(10e6);
  assert.equal(
    ask(session, { method: 'PATCH', path: deployment, body: { spec: { replicas: 3 } } }).status,
    200,
  );
  session.advance(12e6);
  const ready = () =>
    (
      ask(session, { method: 'GET', path: deployment, body: null }).body as {
        status: { readyReplicas?: number };
      }
    ).status.readyReplicas ?? 0;
  assert.equal(ready(), 2);
  session.advance(30e6);
  assert.equal(ready(), 3);
  ask(session, { method: 'PATCH', path: deployment, body: { spec: { replicas: 0 } } });
  session.advance(60e6);
  assert.equal(ready(), 0);
  assert.ok(users(session).outcomes.unavailable > 1000);
});

test('a change for the worse rolls out and shows: a limit of a tenth of a core', () => {
  const session = openSession(model);
  session.advance(10e6);
  const containers = [{ name: 'web', image: 'shop/web:1', resources: { limits: { cpu: '100m' } } }];
  ask(session, { method: 'PATCH', path: deployment, body: { spec: { template: { spec: { containers } } } } });
  session.advance(120e6);
  const { throttledMicros } = session.finish().truth.services[0];
  assert.ok(throttledMicros > 30e6, `${throttledMicros} µs throttled`);
});

test('what is asked for when the run has ended is refused', () => {
  const session = openSession(model);
  session.advance(model.durationMicros);
  const { status } = ask(session, { method: 'DELETE', path: deployment, body: null });
  assert.equal(status, 503);
});

const change = fc.oneof(
  fc.record({
    method: fc.constant('PATCH' as const),
    path: fc.constant(deployment),
    body: fc.record({ spec: fc.record({ replicas: fc.integer({ min: 0, max: 6 }) }) }),
  }),
  fc.record({
    method: fc.constant('PATCH' as const),
    path: fc.constant(deployment),
    body: fc.record({
      spec: fc.record({
        template: fc.record({
          metadata: fc.record({ annotations: fc.record({ restartedAt: fc.stringMatching(/^[a-z]{3}$/) }) }),
        }),
      }),
    }),
  }),
  fc.record({
    method: fc.constant('DELETE' as const),
    path: fc.constantFrom(deployment, '/api/v1/namespaces/default/services/web'),
    body: fc.constant(null),
  }),
);

test('property: a live run and its replay are the same to the last event', () => {
  const property = fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), change), { maxLength: 6 }),
    (changes) => {
      const live = openSession(model, { logs: true });
      for (const [afterMillis, what] of changes) {
        live.advance(live.nowMicros + afterMillis * 1000);
        ask(live, what);
      }
      live.advance(100e6);
      const replayed = openSession(model, { commands: live.api!.commands });
      replayed.advance(100e6);
      const [one, other] = [live.finish(), replayed.finish()];
      for (const check of one.checks) assert.ok(check.passed, `${check.name}: ${check.detail}`);
      assert.equal(one.traceHash, other.traceHash);
      assert.deepEqual(one.truth, other.truth);
    },
  );
  fc.assert(property, { numRuns: 15 });
});
