import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { costOf } from './cost.ts';
import { accounts, model, outcomes, service, source } from './fixture.cases.ts';

const prices = { currency: 'EUR', perCoreHour: 0.05, perGibHour: 0.01 };

test('replica-hours times requests times prices', () => {
  const cost = costOf(
    { prices },
    accounts({
      sources: [source({ outcomes: outcomes({ ok: 500_000, timeout: 10 }) })],
      services: [
        service({
          name: 'web',
          replicaMicros: 4 * 3600e6,
          cpuRequestCores: 0.5,
          memoryRequestBytes: 536_870_912,
        }),
        service({ name: 'idle', replicaMicros: 0, cpuRequestCores: 8 }),
      ],
    }),
  );
  assert.deepEqual(cost.services, [
    { name: 'web', replicaHours: 4, coreHours: 2, gibHours: 2, cost: 0.12000000000000001 },
    { name: 'idle', replicaHours: 0, coreHours: 0, gibHours: 0, cost: 0 },
  ]);
  assert.equal(cost.currency, 'EUR');
  assert.equal(cost.total, 0.12000000000000001);
  assert.equal(cost.perMillionRequests, 0.24000000000000002);
});

test('nothing served has no price per request', () => {
  assert.equal(costOf(model(), accounts()).perMillionRequests, null);
  assert.equal(costOf(model(), accounts()).total, 0);
});

test('property: twice the replicas cost twice as much', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e12 }),
      fc.integer({ min: 0, max: 64 }),
      (replicaMicros, cpuRequestCores) => {
        const costFor = (factor: number) =>
          costOf(
            { prices },
            accounts({
              services: [
                service({ replicaMicros: factor * replicaMicros, cpuRequestCores, memoryRequestBytes: 1e9 }),
              ],
            }),
          ).total;
        assert(Math.abs(costFor(2) - 2 * costFor(1)) <= 1e-9 * Math.max(1, costFor(2)));
      },
    ),
  );
});
