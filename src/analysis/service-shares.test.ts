import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, readerOf } from './fixture.cases.ts';
import { Samples } from './samples.ts';
import {
  endpointUtilisationOf,
  partOf,
  throttledShareOf,
  usedShare,
  utilisationOf,
} from './service-shares.ts';

test('a full CPU reads as one, noise and early quota cut off', () => {
  assert.equal(usedShare(0.1 + 0.2, 0.3), 1);
  assert.equal(usedShare(0.3, 0.1 + 0.2), 1);
  assert.equal(usedShare(12, 10), 1);
  assert.equal(usedShare(2.5, 10), 0.25);
});

test('shares follow the replicas, and are unknown while there are none', () => {
  const samples = new Samples(
    readerOf([
      ['service_replicas{service="api"}', [2, 0, 4]],
      ['container_cpu_usage_seconds_total{service="api"}', counter(10, 0, 10)],
      ['container_cpu_capacity_seconds_total{service="api"}', counter(20, 0, 40)],
      ['container_cpu_cfs_throttled_seconds_total{service="api"}', counter(5, 0, 10)],
    ]),
    30e6,
  );
  assert.deepEqual([...utilisationOf(samples, 'api')!], [0.5, NaN, 0.25]);
  assert.deepEqual([...throttledShareOf(samples, 'api')!], [0.25, NaN, 0.25]);
  assert.equal(utilisationOf(samples, 'db'), null);
  assert.equal(throttledShareOf(samples, 'db'), null);
});

test('the parts of endpoints add up to the share of their service, also where that is cut off', () => {
  const samples = new Samples(
    readerOf([
      ['service_replicas{service="api"}', [2, 1, 1]],
      ['container_cpu_usage_seconds_total{service="api"}', counter(10, 0, 12)],
      ['container_cpu_capacity_seconds_total{service="api"}', counter(20, 10, 10)],
      ['endpoint_cpu_usage_seconds_total{service="api",endpoint="GET /"}', counter(2.5, 0, 9)],
      ['endpoint_cpu_usage_seconds_total{service="api",endpoint="POST /"}', counter(7.5, 0, 3)],
    ]),
    30e6,
  );
  assert.deepEqual([...endpointUtilisationOf(samples, 'api', 'GET /')!], [0.125, 0, 0.75]);
  assert.deepEqual([...endpointUtilisationOf(samples, 'api', 'POST /')!], [0.375, 0, 0.25]);
  assert.equal(endpointUtilisationOf(samples, 'api', 'PUT /'), null);
  assert.equal(endpointUtilisationOf(samples, 'db', 'GET /'), null);
  assert.deepEqual([partOf(1, 4), partOf(0.1 + 0.2, 0.3), partOf(-1e-9, 1), partOf(0, 0)], [0.25, 1, 0, 0]);
});
