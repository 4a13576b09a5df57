import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Demand, machinesFor } from './sizing.ts';

const gib = 1024 * 1024 * 1024;
const shape = { cores: 4, memoryBytes: 16 * gib, pods: 110 };
const demand = (cores: number, count: number, more: Partial<Demand> = {}): Demand => ({
  cores,
  memoryBytes: gib / 8,
  count,
  apart: false,
  everywhere: false,
  ...more,
});

test('machines for demands: a quarter to spare, at least one in each zone', () => {
  const cases: [readonly Demand[], zones: number, machines: number][] = [
    [[], 1, 1],
    [[], 3, 3],
    [[demand(1, 4)], 1, 2],
    [[demand(1, 16)], 1, 5],
    [[demand(1, 16)], 6, 6],
    [[demand(0.1, 4, { memoryBytes: 8 * gib })], 1, 3],
    [[demand(0, 500, { memoryBytes: 0 })], 1, 6],
    // Three cores leave no room for another of the same.
    [[demand(3, 4)], 1, 5],
    [[demand(0.1, 8, { apart: true })], 1, 10],
    // Every machine loses a core to the DaemonSet.
    [[demand(1, 1, { everywhere: true }), demand(1, 12)], 1, 5],
  ];
  for (const [demands, zones, machines] of cases)
    assert.equal(machinesFor(demands, shape, zones), machines, JSON.stringify(demands));
});

test('property: there is room for all pods by each resource', () => {
  const demands = fc.array(
    fc.record({
      cores: fc.double({ min: 0, max: 3, noNaN: true }),
      memoryBytes: fc.integer({ min: 0, max: 12 * gib }),
      count: fc.integer({ min: 0, max: 200 }),
      apart: fc.boolean(),
      everywhere: fc.constant(false),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(demands, fc.integer({ min: 1, max: 5 }), (list, zones) => {
      const machines = machinesFor(list, shape, zones);
      const sum = (of: (one: Demand) => number) => list.reduce((all, one) => all + of(one) * one.count, 0);
      assert(machines >= zones);
      assert(machines * shape.cores >= sum(({ cores }) => cores));
      assert(machines * shape.memoryBytes >= sum(({ memoryBytes }) => memoryBytes));
      assert(machines * shape.pods >= sum(() => 1));
      for (const { apart, count } of list) if (apart) assert(machines >= count);
    }),
  );
});
