import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Occupancy } from './occupancy.ts';

test('integrals are the area under the number inside and waiting', () => {
  const occupancy = new Occupancy();
  occupancy.arrive(100);
  occupancy.queue(100, 1);
  occupancy.arrive(150);
  occupancy.queue(170, -1);
  occupancy.leave(200, 100);
  occupancy.settle(300);
  assert.equal(occupancy.inFlightMicros, 50 + 2 * 50 + 100);
  assert.equal(occupancy.queuedMicros, 70);
  assert.deepEqual([occupancy.inFlight, occupancy.inFlightMax, occupancy.queuedMax], [1, 2, 1]);
  assert.equal(occupancy.littleError(300), 0);
});

test('the largest values are those since the window began', () => {
  const occupancy = new Occupancy();
  for (let request = 0; request < 5; request++) occupancy.arrive(0);
  for (let request = 0; request < 3; request++) occupancy.leave(10, 0);
  occupancy.resetMaxima();
  occupancy.arrive(20);
  assert.equal(occupancy.inFlightMax, 3);
});

test('Little’s law holds for any arrivals and departures, and shows one that is wrong (property)', () => {
  const steps = fc.array(fc.record({ after: fc.nat(1000), leaves: fc.boolean(), who: fc.nat(50) }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (drawn) => {
      const occupancy = new Occupancy();
      const inside: number[] = [];
      let now = 0;
      for (const { after, leaves, who } of drawn) {
        now += after;
        if (leaves && inside.length > 0) occupancy.leave(now, inside.splice(who % inside.length, 1)[0]);
        else {
          inside.push(now);
          occupancy.arrive(now);
        }
      }
      occupancy.settle(now);
      assert.equal(occupancy.littleError(now), 0);
      for (const arrived of inside) occupancy.leave(now, arrived);
      assert.equal(occupancy.littleError(now), 0);
      occupancy.arrive(now);
      occupancy.leave(now + 7, now + 3);
      assert.notEqual(occupancy.littleError(now + 7), 0);
    }),
  );
});
