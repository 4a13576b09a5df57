import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ModelBuilder, millisecond, second } from '../../../test/validation/builder.ts';
import { Engine } from '../../engine/engine.ts';
import { Instruments } from '../../telemetry/instruments.ts';
import type { ProcessModel, Release, Serving } from '../kubernetes/model.ts';
import type { Pod } from '../kubernetes/objects/pod.ts';
import type { Load, Service, Step, TrafficModel } from './model.ts';
import { meansImage, workloadOf } from './serving-processes.ts';
import { cpu, wait } from './small-system.cases.ts';
import { Traffic } from './traffic.ts';

const process: ProcessModel = {
  startupMicros: 2 * second,
  startupCores: 0.5,
  shutdown: 'graceful',
  memory: { baseBytes: 100, perRequestBytes: 10, leakBytesPerHour: 3600 },
  releases: [],
};

const release = (image: string, change: Partial<Release> = {}): Release => ({
  image,
  errorRate: 0,
  cpuFactor: 1,
  waitFactor: 1,
  startupMicros: null,
  crashAfterMicros: null,
  neverReady: false,
  memory: null,
  ...change,
});

function pod(name: string, image = 'api:1', labels: Record<string, string> = {}): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-abc', uid: 'rs', controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'pod-template-hash': 'abc', ...labels },
      ownerReferences: [owner],
    },
    spec: { containers: [{ name: 'api', image, resources: { limits: { cpu: '1' } } }] },
    status: { phase: 'Running' },
  };
}

const perSecond = (rate: number): Load => ({
  kind: 'open',
  rate: { atMicros: [0], values: [rate] },
  arrivals: 'regular',
});

interface Given {
  readonly process?: Partial<ProcessModel>;
  readonly service?: Partial<Service>;
  readonly steps?: readonly Step[];
  readonly load?: Load;
}

/** One service of a cluster, whose pods the test starts and ends by hand. */
function setting(given: Given = {}) {
  const builder = new ModelBuilder('pods');
  const api = builder.service('api', { concurrency: { kind: 'eventLoop' }, ...given.service });
  const back = builder.service('back', { concurrency: { kind: 'processorSharing', maxConcurrent: null } });
  const query = builder.endpoint(back, 'query', [wait(20 * millisecond)]);
  const call = builder.call(api, query);
  const endpoint = builder.endpoint(
    api,
    'GET /',
    given.steps ?? [cpu(5 * millisecond), { kind: 'call', probability: 1, call }, cpu(5 * millisecond)],
  );
  builder.source('users', [builder.call(null, endpoint)], given.load ?? perSecond(20));
  const model = builder.model({ warmupMicros: 0, durationMicros: 60 * second });
  return play(model.rooms['traffic'] as TrafficModel, given.process ?? {});
}

function play(model: TrafficModel, change: Partial<ProcessModel>) {
  const engine = new Engine();
  const traffic = new Traffic(model, {
    engine,
    instruments: new Instruments(),
    seed: 7,
    latencyLimits: { sources: model.sources.map(() => []), endpoints: model.endpoints.map(() => []) },
    note: () => {},
  });
  const serving: Serving = {
    service: 'api',
    namespace: 'default',
    workloads: [{ kind: 'Deployment', name: 'api' }],
    services: ['api'],
    container: 'api',
    process: { ...process, ...change },
  };
  const processes = traffic.serve([serving]);
  const exits: string[] = [];
  const probes: string[] = [];
  processes.host = {
    exited: (id, code, reason) => exits.push(`${id} ${code} ${reason} at ${engine.now / second}`),
    probed: (_id, ticket, success, detail) => probes.push(`${ticket} ${success} ${detail}`.trim()),
  };
  traffic.start();
  const outcomes = () =>
    Object.fromEntries(
      Object.entries(traffic.accounts().sources[0].outcomes).filter(([, count]) => count > 0),
    );
  return {
    engine,
    traffic,
    processes,
    exits,
    probes,
    outcomes,
    start: (name: string, image?: string, settled = false) =>
      processes.start(pod(name, image), 'api', 'a', settled),
    admit: (id: number) => processes.add('default', 'api', id),
    withdraw: (id: number) => processes.remove('default', 'api', id),
    until: (seconds: number) => {
      engine.runUntil(Math.round(seconds * second));
      for (const check of traffic.checks()) assert.ok(check.passed, `${check.name}: ${check.detail}`);
    },
  };
}

test('a process refuses connections until it has booted', () => {
  const { start, admit, until, outcomes } = setting();
  admit(start('a'));
  until(1.99);
  assert.deepEqual(Object.keys(outcomes()), ['refused']);
  until(4);
  assert.ok(outcomes()['ok']! >= 38, JSON.stringify(outcomes()));
});

test('without anybody admitted, requests find no replica; a settled process answers at once', () => {
  const { start, admit, until, outcomes } = setting();
  const id = start('a', undefined, true);
  until(1);
  assert.deepEqual(Object.keys(outcomes()), ['unavailable']);
  admit(id);
  until(2);
  assert.ok(outcomes()['ok']! >= 18);
});

test('on SIGTERM a graceful server refuses new connections, ends what it has, and exits well', () => {
  const { start, admit, until, outcomes, processes, exits } = setting();
  const id = start('a', undefined, true);
  admit(id);
  until(1.005);
  processes.terminate(id);
  until(3);
  assert.equal(exits.length, 1);
  assert.match(exits[0], new RegExp(`^${id} 0 Completed at 1\\.0[0-9]+$`));
  assert.equal(outcomes()['terminated'], undefined, 'nothing was cut off');
  assert.ok(outcomes()['refused']! >= 38, 'who is still sent there is refused');
});

test('one that takes no notice serves on until it is killed, and cuts off what it has', () => {
  const { start, admit, until, outcomes, processes, exits } = setting({ process: { shutdown: 'ignore' } });
  const id = start('a', undefined, true);
  admit(id);
  until(1);
  processes.terminate(id);
  until(2.015);
  assert.ok(outcomes()['ok']! >= 38);
  processes.kill(id);
  until(3);
  assert.deepEqual(exits, [], 'the kubelet knows whom it has killed');
  assert.equal(outcomes()['terminated'], 1, 'the one inside had its connection reset');
});

test('one that ends at once says which signal it was', () => {
  const { start, admit, until, processes, exits } = setting({ process: { shutdown: 'immediate' } });
  const id = start('a', undefined, true);
  admit(id);
  until(1);
  processes.terminate(id);
  until(1.1);
  assert.deepEqual(exits, [`${id} 143 Error at 1`]);
});

test('a release may be slower, fail, crash, or never be ready', () => {
  const releases = [
    release(':slow', { cpuFactor: 3, waitFactor: 2 }),
    release('*:bad', { errorRate: 1 }),
    release('api:crash', { crashAfterMicros: 5 * second }),
    release(':mute', { neverReady: true }),
  ];
  const { start, admit, withdraw, until, outcomes, exits, processes, probes, traffic } = setting({
    process: { releases },
    steps: [cpu(5 * millisecond), wait(10 * millisecond)],
  });
  const slow = start('slow', 'api:slow', true);
  admit(slow);
  until(1);
  const { latency } = traffic.accounts().sources[0];
  assert.ok(
    Math.abs(latency.sum / latency.count - 35 * millisecond) < millisecond,
    'three times 5 and twice 10 ms',
  );
  withdraw(slow);
  const bad = start('bad', 'shop/api:bad', true);
  admit(bad);
  const before = outcomes()['ok'];
  until(2);
  assert.ok(outcomes()['application']! >= 18);
  assert.ok(outcomes()['ok']! - before! <= 2);
  const crash = start('crash', 'api:crash', true);
  until(8);
  assert.deepEqual(exits, [`${crash} 1 Error at 7`]);
  const mute = start('mute', 'api:mute', true);
  const ask = (kind: 'readiness' | 'liveness', ticket: number) =>
    processes.probe(mute, { kind, handler: 'httpGet', path: '/', timeoutMicros: second, ticket });
  ask('readiness', 1);
  ask('liveness', 2);
  assert.deepEqual(probes, ['1 false HTTP probe failed with statuscode: 503', '2 true']);
});

test('an HTTP probe waits its turn behind the requests and times out; a TCP probe does not', () => {
  const { start, admit, until, processes, probes } = setting({
    steps: [cpu(300 * millisecond)],
    load: perSecond(10),
  });
  const id = start('a', undefined, true);
  admit(id);
  until(3.05);
  const ask = (handler: 'httpGet' | 'tcpSocket', ticket: number) =>
    processes.probe(id, { kind: 'liveness', handler, path: '/', timeoutMicros: second, ticket });
  ask('httpGet', 1);
  ask('tcpSocket', 2);
  assert.deepEqual(probes, ['2 true']);
  until(4.1);
  assert.deepEqual(probes.slice(1), [
    '1 false context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  ]);
  until(30);
  assert.equal(probes.length, 2, 'the late answer is nobody’s');
});

test('a process uses memory for each request and as it ages, and CPU while it boots', () => {
  const { start, admit, until, processes } = setting({ steps: [wait(500 * millisecond)] });
  const id = start('a');
  until(1);
  assert.equal(processes.cpuMicros(id), 0.5 * second);
  admit(id);
  until(3600);
  assert.equal(Math.round(processes.memoryBytes(id)), 100 + 10 * 10 + 3600);
  assert.ok(Math.abs(processes.metric(id, 'http_requests_per_second') - 20) < 0.1);
});

test('the workload of a pod is told by its owner, images by their tags', () => {
  assert.equal(workloadOf(pod('a')), 'Deployment/api');
  const labels = { 'rollouts-pod-template-hash': 'abc' };
  assert.equal(workloadOf(pod('a', 'api:1', labels)), 'Rollout/api');
  assert.ok(meansImage(':2.1', 'registry/shop/web:2.1'));
  assert.ok(meansImage('shop/web:2.*', 'shop/web:2.7'));
  assert.ok(!meansImage('shop/web:2.*', 'shop/web:1.7'));
  assert.ok(meansImage('*', 'anything'));
  assert.ok(!meansImage('a*a', 'a'));
});

const concurrencies: readonly Service['concurrency'][] = [
  { kind: 'eventLoop' },
  { kind: 'threadPool', threads: 2 },
  { kind: 'processorSharing', maxConcurrent: null },
];

const action = fc.record({
  afterMillis: fc.integer({ min: 0, max: 400 }),
  what: fc.constantFrom('start', 'admit', 'withdraw', 'terminate', 'kill', 'probe'),
  which: fc.nat(5),
});

test('property: whatever happens to processes, every request ends once and nothing stays behind', () => {
  const property = fc.property(
    fc.constantFrom(...concurrencies),
    fc.constantFrom('graceful', 'immediate', 'ignore'),
    fc.boolean(),
    fc.array(action, { maxLength: 40 }),
    (concurrency, shutdown, limited, actions) => {
      const cpuOptions = limited ? { limitCores: 1, cores: 2 } : { limitCores: null, cores: null };
      const { engine, traffic, processes, start, admit, withdraw, until } = setting({
        process: { shutdown, startupMicros: 100 * millisecond },
        service: { concurrency, cpu: { ...cpuOptions, periodMicros: 100_000, requestCores: 1 } },
        load: {
          kind: 'timestamps',
          atMicros: Array.from({ length: 300 }, (_, index) => index * 20_000),
          scale: 1,
          attributes: {},
        },
      });
      const ids: number[] = [start('first', undefined, true)];
      admit(ids[0]);
      for (const { afterMillis, what, which } of actions) {
        until((engine.now + afterMillis * millisecond) / second);
        const id = ids[which % ids.length];
        if (what === 'start') ids.push(start(`p${ids.length}`));
        else if (what === 'admit') admit(id);
        else if (what === 'withdraw') withdraw(id);
        else if (what === 'terminate') processes.terminate(id);
        else if (what === 'kill') processes.kill(id);
        else
          processes.probe(id, {
            kind: 'liveness',
            handler: 'httpGet',
            path: '/',
            timeoutMicros: second,
            ticket: which,
          });
      }
      until(engine.now / second + 60);
      assert.equal(traffic.accounts().sources[0].inFlightAtEnd, 0);
      assert.match(traffic.checks().find(({ name }) => name === 'pools')!.detail, /^0 requests/);
    },
  );
  fc.assert(property, { numRuns: 150 });
});
