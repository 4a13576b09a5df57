import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../engine/engine.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { CombinedProcesses } from './combined-processes.ts';
import { IdleProcesses } from './idle-processes.ts';
import type { ProcessHost } from './processes.ts';

const second = 1e6;

function pod(spec: Partial<PodSpec> = {}, annotations: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '',
      annotations,
    },
    spec: { containers: [{ name: 'main' }], ...spec },
    status: { phase: 'Pending' },
  };
}

function setting() {
  const engine = new Engine();
  const ends: string[] = [];
  const host: ProcessHost = {
    exited: (process, exitCode, reason) =>
      ends.push(`${process} ${exitCode} ${reason} ${engine.now / second}`),
    probed: (process, ticket, success) => ends.push(`${process} probe ${ticket} ${success}`),
  };
  const idle = new IdleProcesses(engine);
  idle.host = host;
  return { engine, ends, host, idle };
}

test('idle processes use a steady share of what they request', () => {
  const { engine, idle } = setting();
  const resources = { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1' } };
  const process = idle.start(pod({ containers: [{ name: 'main', resources }] }), 'main', 'a', false);
  engine.runUntil(10 * second);
  assert.equal(idle.cpuMicros(process), 0.5 * second);
  assert.equal(idle.memoryBytes(process), 512 * 1024 * 1024);
  assert.deepEqual(idle.steadyUsage(process), { cpuCores: 0.05, memoryBytes: 512 * 1024 * 1024 });
});

test('an idle process never uses more than its limit', () => {
  const { idle } = setting();
  const resources = { limits: { memory: '10Mi' } };
  const process = idle.start(pod({ containers: [{ name: 'main', resources }] }), 'main', 'a', false);
  assert.equal(idle.memoryBytes(process), 10 * 1024 * 1024);
});

test('how long idle processes run', () => {
  const cases: [string, Pod, string][] = [
    ['pods that are always restarted', pod(), ''],
    ['pods that are not', pod({ restartPolicy: 'Never' }), '1 0 Completed 30'],
    [
      'as annotated',
      pod({}, { 'sim.devops/run-duration': '2m', 'sim.devops/exit-code': '3' }),
      '1 3 Error 120',
    ],
    ['a code alone', pod({ restartPolicy: 'Never' }, { 'sim.devops/exit-code': '1' }), '1 1 Error 30'],
  ];
  for (const [name, of, expected] of cases) {
    const { engine, idle, ends } = setting();
    idle.start(of, 'main', 'a', false);
    engine.runUntil(1000 * second);
    assert.equal(ends.join(), expected, name);
  }
});

test('init containers end after a second, or at once in a cluster that has been running', () => {
  const { engine, idle, ends } = setting();
  const of = pod({ initContainers: [{ name: 'prepare' }, { name: 'proxy', restartPolicy: 'Always' }] });
  idle.start(of, 'prepare', 'a', false);
  idle.start(of, 'prepare', 'a', true);
  idle.start(of, 'proxy', 'a', false);
  engine.runUntil(100 * second);
  assert.deepEqual(ends, ['2 0 Completed 0', '1 0 Completed 1']);
});

test('logs say what the container is, and can be cut', () => {
  const { engine, idle } = setting();
  const process = idle.start(pod({ restartPolicy: 'Never' }), 'main', 'a', false);
  engine.runUntil(40 * second);
  const texts = (sinceMicros: number, tail: number) =>
    idle.logs(process, { sinceMicros, tail }).map(({ text }) => text);
  assert.equal(texts(0, 100).length, 3);
  assert.match(texts(0, 100)[0], /serves no modelled traffic/);
  assert.deepEqual(texts(second, 100), ['[simulator] main has ended']);
  assert.equal(texts(0, 2).length, 2);
});

test('combined processes keep their numbers apart', () => {
  const { engine, ends, host } = setting();
  const own = new IdleProcesses(new Engine());
  own.claims = () => false;
  const web = new IdleProcesses(new Engine());
  web.claims = (...[, container]: unknown[]) => container === 'web';
  const rest = new IdleProcesses(new Engine());
  const combined = new CombinedProcesses([own, web, rest]);
  combined.host = host;
  const first = combined.start(pod(), 'main', 'a', false);
  const second = combined.start(pod(), 'web', 'a', false);
  assert.equal(first, 5);
  assert.equal(second, 4);
  combined.probe(first, { kind: 'readiness', handler: 'exec', path: '/', timeoutMicros: 1, ticket: 7 });
  combined.terminate(second);
  assert.deepEqual(ends, ['5 probe 7 true', '4 0 Completed 0']);
  assert.equal(combined.memoryBytes(first), 16 * 1024 * 1024);
  assert.equal(engine.pending, 0);
});
