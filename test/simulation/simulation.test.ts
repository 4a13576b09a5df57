import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import type { Run } from '../../src/run/run.ts';
import { openSession } from '../../src/run/session.ts';
import { simulate } from '../../src/run/simulate.ts';
import type { EndpointAccount, ServiceAccount } from '../../src/world/traffic/accounts.ts';
import { type Blueprint, blueprints } from './blueprint.ts';
import { type Digest, digestOf } from './digest.ts';
import { scenarioOf } from './scenario.ts';

// Random scenarios of every mechanism at once. No expectation is written down for any of them, only what holds for
// all: the laws, and that a run is a function of model, seed and commands. A longer search for new failures:
// SIMULATION_RUNS=1000 FAST_CHECK_SEED=fresh npm test -- test/simulation
const scenarios = Number(process.env['SIMULATION_RUNS'] ?? 60);
/** A scenario takes some milliseconds; one that takes this long hangs. */
const hangMillis = 30_000;

let worker: Worker | null = null;
after(() => worker?.terminate());

/** Runs a scenario in another thread, which can be stopped when the scenario hangs. */
async function inWorker(blueprint: Blueprint): Promise<Digest> {
  worker ??= new Worker(new URL('./worker.ts', import.meta.url));
  const running = worker;
  running.postMessage({ ...scenarioOf(blueprint), seed: blueprint.seed });
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<{ digest?: Digest; error?: string }>((resolve) => {
    running.once('message', resolve);
    timer = setTimeout(() => resolve({ error: `no end after ${hangMillis} ms` }), hangMillis);
  });
  clearTimeout(timer);
  running.removeAllListeners('message');
  if (answer.digest !== undefined) return answer.digest;
  await running.terminate();
  worker = null;
  throw new Error(answer.error);
}

function run(blueprint: Blueprint): Run {
  const { model, commands } = scenarioOf(blueprint);
  return simulate(model, blueprint.seed, commands);
}

const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, n) => sum + n, 0);

test('the same scenario gives the same run: again, in another thread, and in steps', async () => {
  await fc.assert(
    fc.asyncProperty(blueprints, async (blueprint) => {
      // The other thread comes first: it is the one that survives a scenario that hangs.
      const elsewhere = await inWorker(blueprint);
      const here = digestOf(run(blueprint));
      assert.deepEqual(here, elsewhere, 'another thread gives another run');
      assert.deepEqual(digestOf(run(blueprint)), here, 'the second run differs from the first');
      assert.deepEqual(digestOf(inSteps(blueprint)), here, 'advancing in steps gives another run');
      assert.deepEqual(here.failedChecks, []);
      assert.equal(here.status, 'complete');
    }),
    { numRuns: scenarios },
  );
});

function inSteps(blueprint: Blueprint): Run {
  const { model, commands } = scenarioOf(blueprint);
  const session = openSession(model, { seed: blueprint.seed, commands });
  for (let at = 0; at < blueprint.seconds * 1e6; at += 333_333) session.advance(at);
  session.advance(session.endMicros);
  return session.finish();
}

test('every request ends exactly once, and every attempt is a request at a server', async () => {
  await fc.assert(
    fc.property(
      blueprints.filter(({ warmupShare }) => warmupShare === 0),
      (blueprint) => {
        const { truth } = run(blueprint);
        for (const source of truth.sources) {
          assert.equal(source.inFlightAtEnd, 0, `${source.name} still waits for answers`);
          assert.equal(total(source.outcomes), source.offered, source.name);
          assert.equal(source.latency.count, source.offered, `${source.name}: latencies`);
          assert.equal(source.latencyOk.count, source.outcomes.ok, `${source.name}: latencies of successes`);
          assert.equal(source.activeAtEnd, 0, `${source.name} still has users`);
        }
        for (const call of truth.calls) {
          const name = `${call.client} → ${call.service} ${call.endpoint}`;
          assert.equal(total(call.outcomes), call.calls, name);
          assert.equal(call.latency.count, call.calls, `${name}: latencies`);
          assert.ok(
            call.attempts <= call.calls - call.shared + call.retries + call.hedges,
            `${name}: attempts`,
          );
        }
        for (const endpoint of truth.endpoints) {
          const name = `${endpoint.service} ${endpoint.endpoint}`;
          const attempts = truth.calls
            .filter((call) => call.service === endpoint.service && call.endpoint === endpoint.endpoint)
            .reduce((sum, call) => sum + call.attempts, 0);
          assert.equal(endpoint.offered, attempts, `${name}: attempts sent and requests received`);
          assert.equal(total(endpoint.outcomes), endpoint.offered, name);
          assert.ok(endpoint.wasted <= endpoint.offered, name);
        }
      },
    ),
    { numRuns: scenarios },
  );
});

test('time and CPU are accounted for', async () => {
  await fc.assert(
    fc.property(blueprints, (blueprint) => {
      const { truth, endedAtMicros } = run(blueprint);
      const { model } = scenarioOf(blueprint);
      assert.equal(endedAtMicros, model.durationMicros);
      assert.equal(truth.toMicros - truth.fromMicros, model.durationMicros - model.warmupMicros);
      for (const service of truth.services) {
        const { name } = service;
        assert.ok(service.cpuMicros >= 0 && service.throttledMicros >= 0, `${name}: negative usage`);
        const slack = burstSlack(blueprint, service);
        if (isBounded(blueprint, name)) {
          assert.ok(
            service.cpuMicros <= service.cpuCapacityMicros + slack,
            `${name}: more CPU than there is`,
          );
        }
        assert.ok(service.queueMicros <= service.inFlightMicros, `${name}: queued but not inside`);
        assert.ok(service.queueMax <= service.inFlightMax, `${name}: longest queue`);
        const own = truth.endpoints.filter((endpoint) => endpoint.service === name);
        const sum = (of: (endpoint: EndpointAccount) => number) =>
          own.reduce((total, endpoint) => total + of(endpoint), 0);
        const near = (of: 'cpuMicros' | 'inFlightMicros' | 'queueMicros') =>
          Math.abs(sum((endpoint) => endpoint[of]) - service[of]) <= 1e-6 * service[of] + 1;
        assert.ok(near('cpuMicros'), `${name}: CPU of endpoints`);
        assert.ok(near('inFlightMicros') && near('queueMicros'), `${name}: integrals of endpoints`);
        for (const most of ['inFlightMax', 'queueMax'] as const) {
          assert.ok(sum((endpoint) => endpoint[most]) >= service[most], `${name}: ${most} of endpoints`);
          assert.ok(own.every((endpoint) => endpoint[most] <= service[most]));
        }
        const stay = sum((endpoint) => endpoint.latency.sum);
        if (blueprint.warmupShare === 0) {
          assert.ok(Math.abs(stay - service.inFlightMicros) <= 1e-6 * stay + 1, `${name}: Little’s law`);
        }
      }
    }),
    { numRuns: scenarios },
  );
});

/**
 * CPU that a service may have had beyond its capacity: some microseconds of rounding for each burst, and for each
 * replica the quota of one period, which may be spent before the period, or the replica, is over.
 */
function burstSlack({ services, commands }: Blueprint, { name, arrivals }: ServiceAccount): number {
  const { cpu, replicas } = services[numberOf(name)].options;
  const everBorn = commands.reduce((sum, command) => sum + command.replicas, replicas);
  return 32 * (arrivals + 1) + everBorn * (cpu.limitCores ?? 0) * cpu.periodMicros;
}

const numberOf = (service: string): number => Number(service.replace('service-', ''));

/** Whether anything bounds the CPU of a service: without limit, cores and threads its capacity is only nominal. */
function isBounded({ services }: Blueprint, name: string): boolean {
  const { cpu, concurrency } = services[numberOf(name)].options;
  const unlimited = concurrency.kind === 'processorSharing' && concurrency.maxConcurrent === null;
  return cpu.cores !== null || cpu.limitCores !== null || !unlimited;
}

test('another seed gives another run, where there is chance at all', () => {
  const busy = fc
    .sample(blueprints, { numRuns: 20, seed: 7 })
    .filter(({ sources }) => sources[0].load.kind === 'open');
  const hashes = busy.map((blueprint) => [run(blueprint), run({ ...blueprint, seed: blueprint.seed + 1 })]);
  const differing = hashes.filter(([a, b]) => a.eventCount > 50 && a.traceHash !== b.traceHash).length;
  const lively = hashes.filter(([a]) => a.eventCount > 50).length;
  assert.ok(lively > 0 && differing >= lively * 0.9, `${differing} of ${lively} differ`);
});
