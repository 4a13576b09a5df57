import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constant, cpu, ModelBuilder, open } from '../../test/validation/builder.ts';
import type { Objective } from '../model/model.ts';
import { latencyLimits } from './limits.ts';

function traffic() {
  const build = new ModelBuilder('limits');
  const web = build.service('web');
  const api = build.service('api');
  const list = build.endpoint(web, 'GET /', [cpu(constant(1))]);
  build.endpoint(web, 'POST /', []);
  build.endpoint(api, 'GET /', []);
  build.source('visitors', [build.call(null, list)], open(1));
  build.source('robots', [build.call(null, list)], open(1));
  return build.traffic();
}

function objective(about: Partial<Objective>): Objective {
  const plain = { name: 'fast', indicator: 'latency', target: 0.99, latencyMicros: 300_000 } as const;
  return { ...plain, traffic: null, service: null, endpoint: null, ...about } as Objective;
}

test('an objective about users is counted at its traffic, or at all', () => {
  const limits = latencyLimits(
    [objective({ traffic: 'robots' }), objective({ latencyMicros: 5 })],
    traffic(),
  );
  assert.deepEqual(limits.sources, [[5], [5, 300_000]]);
  assert.deepEqual(limits.endpoints, [[], [], []]);
});

test('an objective about a service is counted at its endpoint, or at all of them', () => {
  const limits = latencyLimits(
    [objective({ service: 'web' }), objective({ service: 'web', endpoint: 'POST /', latencyMicros: 1_000 })],
    traffic(),
  );
  assert.deepEqual(limits.sources, [[], []]);
  assert.deepEqual(limits.endpoints, [[300_000], [1_000, 300_000], []]);
});

test('equal limits are counted once, and availability needs none', () => {
  const twice = [objective({}), objective({ name: 'again' })];
  const available = objective({ indicator: 'availability', latencyMicros: null });
  assert.deepEqual(latencyLimits([...twice, available], traffic()).sources, [[300_000], [300_000]]);
});
