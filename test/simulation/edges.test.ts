import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Distribution } from '../../src/base/distribution-spec.ts';
import type { Command } from '../../src/model/model.ts';
import { simulate } from '../../src/run/simulate.ts';
import type { Service, Step } from '../../src/world/traffic/model.ts';
import { constant, cpu, ModelBuilder, millisecond, open, second, wait } from '../validation/builder.ts';

// Corners that random scenarios do not reach: each was a defect once, or is where one would hide.

const span = { warmupMicros: 0, durationMicros: 10 * second, sampleMicros: second };

function oneService(steps: readonly Step[], options: Partial<Omit<Service, 'id' | 'name'>> = {}) {
  const build = new ModelBuilder('corner');
  const service = build.service('server', options);
  return { build, call: build.call(null, build.endpoint(service, 'job', steps)) };
}

test('durations without a mean are cut where the clock ends, not thrown', () => {
  const endless: Distribution = { kind: 'pareto', shape: 0.02, minimum: 1000 };
  for (const step of [wait(endless), cpu(endless)]) {
    for (const options of [
      {},
      { cpu: { cores: 1, limitCores: 0.5, periodMicros: 100_000, requestCores: 1 } },
    ]) {
      const concurrency = { kind: 'processorSharing', maxConcurrent: null } as const;
      const { build, call } = oneService([step], { concurrency, ...options });
      build.source('users', [call], open(50), { latency: endless });
      const { truth, checks } = simulate(build.model(span));
      assert.ok(truth.sources[0].inFlightAtEnd > 0);
      assert.ok(checks.every(({ passed }) => passed));
    }
  }
});

test('a rate so low that the next request lies beyond the end of time sends none', () => {
  const { build, call } = oneService([]);
  build.source('users', [call], open(1e-300));
  assert.equal(simulate(build.model(span)).truth.sources[0].offered, 0);
});

test('a parallel step without calls goes straight on', () => {
  const { build, call } = oneService([{ kind: 'parallel', probability: 1, calls: [] }]);
  build.source('users', [call], open(50, 'regular'));
  const { offered, outcomes } = simulate(build.model(span)).truth.sources[0];
  assert.equal(outcomes.ok, offered);
});

for (const rateLimit of [null, { perSecond: 1, burst: 1 }]) {
  test(`CPU of a request that reaches a replica after its end is accounted for${rateLimit ? ', a refusal too' : ''}`, () => {
    const threads = { kind: 'threadPool', threads: 10 } as const;
    const { build, call } = oneService([cpu(constant(1000))], {
      replicas: 3,
      concurrency: threads,
      rateLimit,
    });
    const atMicros = [0, 1, 2, 3, 4, 5];
    const late = { kind: 'timestamps', atMicros, scale: 1, attributes: {} } as const;
    build.source('users', [call], late, { latency: constant(5 * millisecond) });
    const shrink: Command = { atMicros: 2 * millisecond, kind: 'scale', service: 'server', replicas: 0 };
    const { truth } = simulate(build.model(span), 1, [shrink]);
    const [server] = truth.services;
    assert.equal(server.cpuMicros, truth.sources[0].outcomes.ok * 1000);
    assert.equal(truth.sources[0].inFlightAtEnd, 0);
    // Gone again for good: none of them lives on to the end of the run.
    assert.ok(server.replicaMicros < 30 * millisecond, `${server.replicaMicros}`);
    assert.equal(server.replicasAtEnd, 0);
  });
}
