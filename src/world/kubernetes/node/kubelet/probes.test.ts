import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../../cluster.cases.ts';
import { conditionOf } from '../../objects/meta.ts';
import { type Container, pods } from '../../objects/resource-types.ts';
import type { ProbeRequest } from '../processes.ts';

const httpGet = { path: '/healthz', port: 8080 };

/** A pod whose probes are answered by `answer`, with the times of all probes; its container starts after some 4 s. */
function setting(
  container: Partial<Container>,
  answer: (kind: ProbeRequest['kind'], seconds: number) => boolean,
) {
  const small = smallCluster();
  const { cluster, engine, processes } = small;
  const probes: string[] = [];
  let startedMicros = 0;
  cluster.nodeParts.kubelet.onStart(() => {
    startedMicros = engine.now;
  });
  const age = () => Math.floor((engine.now - startedMicros) / 1e6);
  processes.mayFailProbes = () => true;
  processes.probe = (process, { kind, ticket }) => {
    probes.push(`${kind} ${age()}`);
    const success = answer(kind, age());
    const detail = success ? '' : 'HTTP probe failed with statuscode: 503';
    processes.host.probed(process, ticket, success, detail);
  };
  const made = cluster.api.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { nodeName: 'general-0', containers: [{ name: 'main', image: 'web:1', ...container }] },
    status: { phase: 'Pending' },
  });
  assert.ok(made.ok);
  const pod = () => cluster.store.get(pods, 'default', 'web');
  const ready = () => conditionOf(pod()?.status.conditions, 'Ready')?.status === 'True';
  const seen = () =>
    [...cluster.events.list()]
      .filter(({ component }) => component === 'kubelet')
      .map(({ reason, message, count }) => `${reason} x${count}: ${message}`);
  const restarts = () => pod()?.status.containerStatuses?.[0].restartCount;
  return { ...small, probes, pod, ready, seen, restarts };
}

const kindsOf = (probes: readonly string[], kind: string) =>
  probes.filter((probe) => probe.startsWith(kind)).map((probe) => Number(probe.split(' ')[1]));

test('readiness is asked at once and then each period, and three failures make a pod unready', () => {
  const answer = (_: string, seconds: number) => seconds < 25;
  const { run, probes, ready, seen, restarts } = setting({ readinessProbe: { httpGet } }, answer);
  run(8);
  assert.ok(ready());
  assert.equal(kindsOf(probes, 'readiness')[0], 0);
  run(42);
  assert.ok(ready(), 'two failures are not enough');
  run(8);
  assert.ok(!ready());
  assert.equal(restarts(), 0);
  assert.ok(
    seen().some((text) =>
      /^Unhealthy x\d: Readiness probe failed: HTTP probe failed with statuscode: 503$/.test(text),
    ),
  );
});

test('nothing is asked before the initial delay, and ticks keep their period', () => {
  const { run, probes, ready } = setting(
    { readinessProbe: { httpGet, initialDelaySeconds: 15, periodSeconds: 5 } },
    () => true,
  );
  run(18);
  assert.deepEqual(probes, []);
  run(22);
  assert.ok(ready());
  const times = kindsOf(probes, 'readiness');
  assert.ok(times[0] >= 15 && times[0] < 20);
  for (let at = 2; at < times.length; at++) assert.equal(times[at] - times[at - 1], 5);
});

test('as many successes in a row as are asked for', () => {
  const { run, ready } = setting(
    { readinessProbe: { httpGet, successThreshold: 3, periodSeconds: 2 } },
    () => true,
  );
  run(6.5);
  assert.ok(!ready());
  run(4);
  assert.ok(ready());
});

test('a failing liveness probe restarts the container after its grace', () => {
  const answer = (kind: string, seconds: number) => kind !== 'liveness' || seconds < 20;
  const { run, seen, restarts, probes } = setting(
    { livenessProbe: { httpGet, periodSeconds: 5 }, readinessProbe: { httpGet } },
    answer,
  );
  run(24);
  assert.equal(restarts(), 0);
  run(20);
  assert.equal(restarts(), 1);
  const texts = seen();
  assert.ok(texts.includes('Killing x1: Container main failed liveness probe, will be restarted'));
  assert.ok(texts.includes('Unhealthy x3: Liveness probe failed: HTTP probe failed with statuscode: 503'));
  assert.ok(kindsOf(probes, 'liveness').length > 6, 'the next life is probed again');
});

test('a startup probe holds the others back, and restarts what does not start', () => {
  const slow = setting(
    {
      startupProbe: { httpGet, periodSeconds: 3, failureThreshold: 10 },
      livenessProbe: { httpGet, periodSeconds: 1 },
    },
    (kind, seconds) => kind !== 'startup' || seconds >= 12,
  );
  slow.run(15);
  assert.deepEqual(kindsOf(slow.probes, 'liveness'), []);
  assert.equal(slow.pod()?.status.containerStatuses?.[0].started, false);
  slow.run(10);
  assert.ok(kindsOf(slow.probes, 'liveness')[0] >= 12);
  assert.ok(slow.ready());
  assert.equal(slow.restarts(), 0);
  const stuck = setting({ startupProbe: { httpGet, periodSeconds: 2, failureThreshold: 3 } }, () => false);
  stuck.run(16);
  assert.equal(stuck.restarts(), 1);
  assert.ok(stuck.seen().includes('Killing x1: Container main failed startup probe, will be restarted'));
});

test('deletion ends liveness probes and not readiness probes', () => {
  const { run, probes, processes, cluster } = setting(
    { livenessProbe: { httpGet, periodSeconds: 2 }, readinessProbe: { httpGet, periodSeconds: 2 } },
    () => true,
  );
  processes.stubborn = true;
  run(10);
  cluster.api.delete(pods, 'default', 'web');
  run(1);
  const before = {
    liveness: kindsOf(probes, 'liveness').length,
    readiness: kindsOf(probes, 'readiness').length,
  };
  run(20);
  assert.equal(kindsOf(probes, 'liveness').length, before.liveness);
  assert.equal(kindsOf(probes, 'readiness').length, before.readiness + 10);
});

test('an answer that is late makes the next probe follow it at once; none come while it is awaited', () => {
  const { run, processes, engine } = setting(
    { readinessProbe: { httpGet, periodSeconds: 1, timeoutSeconds: 3 } },
    () => true,
  );
  const sent: number[] = [];
  let waiting: [number, number] | null = null;
  processes.probe = (process, { ticket }) => {
    sent.push(engine.now);
    waiting = [process, ticket];
  };
  run(8);
  assert.equal(sent.length, 1);
  const [process, ticket] = waiting!;
  processes.host.probed(process, ticket, false, 'timeout');
  assert.equal(sent.length, 2);
  assert.equal(sent[1], engine.now);
});

test('probes that cannot fail cost nothing once they have passed, and delay readiness just as long', () => {
  const container = {
    readinessProbe: { httpGet, initialDelaySeconds: 7, periodSeconds: 4, successThreshold: 2 },
    livenessProbe: { httpGet },
  };
  const real = setting(container, () => true);
  const skipped = setting(container, () => true);
  skipped.processes.mayFailProbes = () => false;
  for (let tenth = 0; tenth < 300; tenth++) {
    real.run(0.1);
    skipped.run(0.1);
    assert.equal(real.ready(), skipped.ready(), `after ${tenth / 10} s`);
  }
  assert.ok(skipped.ready());
  const before = skipped.engine.processed;
  skipped.run(600);
  assert.ok(skipped.engine.processed - before < 60);
});
