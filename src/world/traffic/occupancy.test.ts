import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Occupancy } from './occupancy.ts';

test('integrals are the area under the number inside and waiting', () => {
  const occupancy = new Occupancy();
  occupancy.arrive(100);
  occupancy.queue(100, 1);
  occupancy.arrive(150);
  occupancy.queue(170, -1);
  occupancy.leave(200);
  occupancy.settle(300);
  assert.equal(occupancy.inFlightMicros, 50 + 2 * 50 + 100);
  assert.equal(occupancy.queuedMicros, 70);
  assert.deepEqual([occupancy.inFlight, occupancy.inFlightMax, occupancy.queuedMax], [1, 2, 1]);
});

test('the largest values are those since the window began', () => {
  const occupancy = new Occupancy();
  for (let request = 0; request < 5; request++) occupancy.arrive(0);
  for (let request = 0; request < 3; request++) occupancy.leave(10);
  occupancy.resetMaxima();
  occupancy.arrive(20);
  assert.equal(occupancy.inFlightMax, 3);
});
