import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EndpointOccupancy } from './endpoint-occupancy.ts';
import { Occupancy } from './occupancy.ts';

test('integrals count those still inside and waiting up to now', () => {
  const occupancy = new EndpointOccupancy();
  occupancy.arrive(100);
  occupancy.queue(100, 1);
  occupancy.arrive(150);
  assert.equal(occupancy.queuedMicros(160), 60);
  occupancy.queue(170, -1);
  occupancy.leave(200, 100);
  assert.equal(occupancy.inFlightMicros(300), 50 + 2 * 50 + 100);
  assert.equal(occupancy.queuedMicros(300), 70);
  assert.deepEqual([occupancy.inFlight, occupancy.inFlightMax, occupancy.queuedMax], [1, 2, 1]);
});

test('the largest values are those since the window began', () => {
  const occupancy = new EndpointOccupancy();
  for (let request = 0; request < 5; request++) occupancy.arrive(0);
  occupancy.queue(0, 4);
  for (let request = 0; request < 3; request++) {
    occupancy.queue(10, -1);
    occupancy.leave(10, 0);
  }
  occupancy.resetMaxima();
  occupancy.arrive(20);
  assert.deepEqual([occupancy.inFlightMax, occupancy.queuedMax], [3, 1]);
});

test('endpoints add up to their service, whoever comes and goes (property)', () => {
  const step = fc.record({ after: fc.nat(1000), kind: fc.nat(2), endpoint: fc.nat(2), who: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
      const service = new Occupancy();
      const endpoints = [0, 1, 2].map(() => new EndpointOccupancy());
      const inside: { endpoint: number; arrived: number }[] = [];
      const waiting: number[] = [];
      let now = 0;
      for (const { after, kind, endpoint, who } of steps) {
        now += after;
        if (kind === 0 || inside.length === 0) {
          inside.push({ endpoint, arrived: now });
          service.arrive(now);
          endpoints[endpoint].arrive(now);
        } else if (kind === 1) {
          const [left] = inside.splice(who % inside.length, 1);
          service.leave(now);
          endpoints[left.endpoint].leave(now, left.arrived);
        } else {
          const started = waiting.length > 5 ? (waiting.shift() as number) : endpoint;
          const change = waiting.length > 4 ? -1 : 1;
          if (change === 1) waiting.push(started);
          service.queue(now, change);
          endpoints[started].queue(now, change);
        }
      }
      service.settle(now);
      const sum = (of: (each: EndpointOccupancy) => number) =>
        endpoints.reduce((total, each) => total + of(each), 0);
      assert.equal(
        sum((each) => each.inFlightMicros(now)),
        service.inFlightMicros,
      );
      assert.equal(
        sum((each) => each.queuedMicros(now)),
        service.queuedMicros,
      );
      assert.equal(
        sum((each) => each.inFlight),
        service.inFlight,
      );
      assert.ok(sum((each) => each.inFlightMax) >= service.inFlightMax);
    }),
  );
});

test('Little’s law holds for any arrivals and departures, and shows one that is told wrong (property)', () => {
  const steps = fc.array(fc.record({ after: fc.nat(1000), leaves: fc.boolean(), who: fc.nat(50) }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (drawn) => {
      const service = new Occupancy();
      const occupancy = new EndpointOccupancy();
      const inside: number[] = [];
      let now = 0;
      const leave = (arrived: number) => {
        service.leave(now);
        occupancy.leave(now, arrived);
      };
      const error = () => {
        service.settle(now);
        return occupancy.inFlightMicros(now) - service.inFlightMicros;
      };
      const arrive = () => {
        service.arrive(now);
        occupancy.arrive(now);
      };
      for (const { after, leaves, who } of drawn) {
        now += after;
        if (leaves && inside.length > 0) leave(inside.splice(who % inside.length, 1)[0]);
        else {
          inside.push(now);
          arrive();
        }
      }
      assert.equal(error(), 0);
      for (const arrived of inside) leave(arrived);
      assert.equal(error(), 0);
      arrive();
      now += 7;
      leave(now - 4);
      assert.notEqual(error(), 0);
    }),
  );
});
