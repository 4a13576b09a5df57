import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../base/random.ts';
import { Balancer, ReadySet } from './balancer.ts';
import type { Call } from './model.ts';
import { asStated, Replica } from './replica.ts';
import { none } from './work-pool.ts';

function replica(ordinal: number, zone = 0): Replica {
  const plain = { service: 0, bornMicros: 0, cores: 1, behaviour: asStated, rateLimit: null, pools: [] };
  return new Replica({ ...plain, id: ordinal, ordinal, zone });
}

/** Replicas in the given zones, ready in this order. */
function readyIn(...zones: number[]): { ready: ReadySet; replicas: Replica[] } {
  const ready = new ReadySet(Math.max(0, ...zones) + 1);
  const replicas = zones.map((zone, ordinal) => replica(ordinal, zone));
  for (const each of replicas) ready.add(each);
  return { ready, replicas };
}

const balancer = (policy: Call['balancer'], ready: ReadySet) =>
  new Balancer(policy, ready, randomStream(1, 'balancer'));

/** How often each replica is chosen. */
function shares(of: Balancer, picks: number, zone: number = none): number[] {
  const counts: number[] = [];
  for (let pick = 0; pick < picks; pick++) {
    const { ordinal } = of.pick(zone, pick) as Replica;
    counts[ordinal] = (counts[ordinal] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

const policies = [
  'random',
  'roundRobin',
  'leastRequest',
  'powerOfTwo',
  'consistentHash',
  'zoneAware',
] as const;

for (const policy of policies) {
  test(`${policy}: nobody where nobody is ready, and only who is ready`, () => {
    const { ready, replicas } = readyIn(0, 0, 0);
    const chooses = balancer(policy, ready);
    assert.equal(shares(chooses, 3000).filter((count) => count > 0).length, 3);
    ready.remove(replicas[1]);
    assert.equal(shares(chooses, 300)[1], 0);
    ready.remove(replicas[0]);
    ready.remove(replicas[2]);
    assert.equal(chooses.pick(none, 1), null);
    ready.add(replicas[1]);
    assert.equal(chooses.pick(none, 1), replicas[1]);
  });
}

test('random: every replica gets its share', () => {
  // Standard deviation of each count: 43.
  for (const count of shares(balancer('random', readyIn(0, 0, 0, 0).ready), 10_000))
    assert.ok(Math.abs(count - 2500) < 200, `${count}`);
});

test('round robin goes round', () => {
  assert.deepEqual(shares(balancer('roundRobin', readyIn(0, 0, 0).ready), 30), [10, 10, 10]);
});

test('least request finds the least loaded, and goes round among equals', () => {
  const { ready, replicas } = readyIn(0, 0, 0, 0);
  const chooses = balancer('leastRequest', ready);
  assert.deepEqual(shares(chooses, 40), [10, 10, 10, 10]);
  for (const [ordinal, each] of replicas.entries()) each.outstanding = ordinal === 2 ? 1 : 2;
  assert.deepEqual(shares(chooses, 10), [0, 0, 10]);
});

test('power of two choices takes the less loaded of two', () => {
  const { ready, replicas } = readyIn(0, 0, 0, 0);
  replicas[3].outstanding = 5;
  const counts = shares(balancer('powerOfTwo', ready), 16_000);
  // The loaded one is chosen only when both draws are it: one in sixteen. Standard deviation: 31.
  assert.ok(Math.abs(counts[3] - 1000) < 150, `${counts[3]}`);
});

test('power of two choices keeps the longest queue short', () => {
  const longest = (policy: Call['balancer']) => {
    const { ready, replicas } = readyIn(...Array.from({ length: 100 }, () => 0));
    const chooses = balancer(policy, ready);
    for (let ball = 0; ball < 1000; ball++) (chooses.pick(none, 0) as Replica).outstanding++;
    return Math.max(...replicas.map(({ outstanding }) => outstanding));
  };
  // Balls into bins (Azar et al., 1994): the excess over the mean of ten is about log log n, not a multiple of its root.
  assert.ok(longest('powerOfTwo') <= 13, `${longest('powerOfTwo')}`);
  assert.ok(longest('random') >= 16, `${longest('random')}`);
});

test('consistent hashing: a key has one owner, and owners have like shares', () => {
  const { ready } = readyIn(0, 0, 0, 0, 0);
  const chooses = balancer('consistentHash', ready);
  const owner = (key: number) => chooses.pick(none, key);
  for (let key = 0; key < 100; key++) assert.equal(owner(key), owner(key));
  // A hundred points a replica spread its share by a tenth of it.
  for (const count of shares(chooses, 20_000)) assert.ok(count > 2400 && count < 5600, `${count}`);
});

test('consistent hashing: a new replica takes over its own keys only, and gives them back when it goes', () => {
  const { ready } = readyIn(0, 0, 0, 0);
  const chooses = balancer('consistentHash', ready);
  const owners = () => Array.from({ length: 10_000 }, (_, key) => chooses.pick(none, key) as Replica);
  const before = owners();
  const fifth = replica(4);
  ready.add(fifth);
  const moved = owners().filter((owner, key) => owner !== before[key]);
  assert.ok(moved.every((owner) => owner === fifth));
  assert.ok(moved.length > 1000 && moved.length < 3000, `${moved.length}`);
  ready.remove(fifth);
  assert.deepEqual(owners(), before);
});

test('zone aware: the own zone first, all where it has nobody or the client is nowhere', () => {
  const { ready, replicas } = readyIn(0, 1, 0, 1);
  const chooses = balancer('zoneAware', ready);
  assert.deepEqual(shares(chooses, 10, 1), [0, 5, 0, 5]);
  assert.deepEqual(shares(chooses, 12), [3, 3, 3, 3]);
  ready.remove(replicas[1]);
  ready.remove(replicas[3]);
  assert.deepEqual(shares(chooses, 10, 1), [5, 0, 5]);
});

test('zone aware: clients of two zones go round independently', () => {
  const { ready } = readyIn(0, 1, 1, 1);
  const chooses = balancer('zoneAware', ready);
  const counts = [0, 0, 0, 0];
  for (let pick = 0; pick < 30; pick++) {
    counts[(chooses.pick(0, 0) as Replica).ordinal]++;
    counts[(chooses.pick(1, 0) as Replica).ordinal]++;
  }
  assert.deepEqual(counts, [30, 10, 10, 10]);
});

test('weights share requests between releases, whatever their number of replicas', () => {
  const { ready, replicas } = readyIn(0, 0, 0, 0);
  replicas[3].label = 'canary';
  for (const stable of replicas.slice(0, 3)) stable.label = 'stable';
  const weigh = (canary: number) =>
    ready.weigh([
      { label: 'stable', weight: 100 - canary },
      { label: 'canary', weight: canary },
    ]);
  weigh(40);
  const of = balancer('roundRobin', ready);
  const picked = shares(of, 10_000);
  assert.ok(Math.abs(picked[3] - 4000) < 200, `${picked[3]} of 10000 went to the canary`);
  ready.remove(replicas[3]);
  assert.equal(shares(of, 100)[3], undefined, 'a release without replicas gets nothing');
  ready.add(replicas[3]);
  weigh(0);
  assert.equal(shares(of, 100)[3], undefined);
  ready.weigh(null);
  assert.equal(shares(of, 100)[3], 25);
});
