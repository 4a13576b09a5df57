import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { accounts, call, endpoint, outcomes, service, sketchOf, source } from './fixture.cases.ts';
import { latencyBreakdown } from './latency-breakdown.ts';

test('time is told where it is spent, calls to others left out', () => {
  const rows = latencyBreakdown(
    accounts({
      sources: [source({ outcomes: outcomes({ ok: 2 }), latency: sketchOf(100, 100) })],
      services: [service({ name: 'web' }), service({ name: 'db', queueMicros: 60_000 })],
      endpoints: [
        endpoint({ service: 'web', latency: sketchOf(90, 90) }),
        endpoint({ service: 'db', latency: sketchOf(60, 60) }),
      ],
      calls: [
        call({ client: 'source/visitors', service: 'web', latency: sketchOf(100, 100) }),
        call({ client: 'web', service: 'db', latency: sketchOf(70, 70) }),
      ],
    }),
  );
  assert.deepEqual(rows, [
    { service: 'db', meanMs: 60, share: 0.6, queueShare: 0.5 },
    { service: 'web', meanMs: 20, share: 0.2, queueShare: 0 },
    { service: null, meanMs: 20, share: 0.2, queueShare: 0 },
  ]);
});

test('without requests there is nothing to tell', () => {
  assert.deepEqual(latencyBreakdown(accounts({ services: [service({})] })), []);
});

test('property: shares are in [0, 1], descend and add up to one', () => {
  const times = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(times, times, times, times, (users, web, db, calls) => {
      const rows = latencyBreakdown(
        accounts({
          sources: [source({ outcomes: outcomes({ ok: users.length }), latency: sketchOf(...users) })],
          services: [service({ name: 'web' }), service({ name: 'db', queueMicros: 1e6 })],
          endpoints: [
            endpoint({ service: 'web', latency: sketchOf(...web) }),
            endpoint({ service: 'db', latency: sketchOf(...db) }),
          ],
          calls: [call({ client: 'web', service: 'db', latency: sketchOf(...calls) })],
        }),
      );
      const shares = rows.map(({ share }) => share);
      assert.deepEqual(
        shares,
        [...shares].sort((a, b) => b - a),
      );
      assert(rows.every(({ queueShare }) => queueShare >= 0 && queueShare <= 1));
      if (rows.length > 0) assert(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
    }),
  );
});
