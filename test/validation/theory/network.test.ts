import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanOf, stationary, type Transition } from './chain.ts';
import { machineRepair } from './closed.ts';
import { mm1, mmc } from './mmc.ts';
import { near } from './near.ts';
import { everyNthArrival, forkJoinOfTwo, gim1, jackson, regularArrivals, shorterOfTwo } from './network.ts';
import { integrate } from './numeric.ts';

test('machine repair: one user never waits, many users saturate the servers', () => {
  const alone = machineRepair({ users: 1, meanThink: 9, serviceRate: 1, servers: 1 });
  near(alone.throughput, 0.1, 1e-14);
  near(alone.meanSojourn, 1, 1e-13);
  const crowd = machineRepair({ users: 400, meanThink: 9, serviceRate: 1, servers: 3 });
  near(crowd.throughput, 3, 1e-12);
  near(crowd.meanSojourn, 400 / 3 - 9, 1e-12);
});

test('machine repair: two users worked by hand', () => {
  // Think 1, serve 1, one server: weights 1, 2, 2, so the server is busy 4/5 of the time.
  const pair = machineRepair({ users: 2, meanThink: 1, serviceRate: 1, servers: 1 });
  near(pair.throughput, 0.8, 1e-14);
  near(pair.meanSojourn, 1.5, 1e-13);
});

test('the arrival theorem gives the mean that flow balance gives', () => {
  for (const servers of [1, 2, 5]) {
    const system = machineRepair({ users: 12, meanThink: 4, serviceRate: 1, servers });
    near(integrate(system.sojournSurvival, 0, 80, 400), system.meanSojourn, 1e-9, `${servers} servers`);
  }
});

test("Jackson's product form is that of the joint chain with feedback", () => {
  const [arrival, first, second, again] = [1, 4, 3, 0.4];
  const size = 40;
  const moves: Transition[] = [];
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const go = (x: number, y: number, rate: number) => {
        if (x >= 0 && y >= 0 && x < size && y < size) {
          moves.push({ from: a * size + b, to: x * size + y, rate });
        }
      };
      go(a + 1, b, arrival);
      go(a - 1, b + 1, first);
      go(a + 1, b - 1, second * again);
      go(a, b - 1, second * (1 - again));
    }
  }
  const p = stationary(size * size, moves);
  const inFirst = p.reduce((sum, share, i) => sum + share * Math.floor(i / size), 0);
  const theory = jackson(arrival, [
    { serviceRate: first, visits: 1 / (1 - again) },
    { serviceRate: second, visits: 1 / (1 - again) },
  ]);
  near(inFirst, theory.stations[0].meanInSystem, 1e-4);
  near(theory.meanSojourn * arrival, theory.meanInNetwork, 1e-12);
});

test('GI/M/1: Poisson arrivals give M/M/1; regular ones solve σ = e^{-(1-σ)/ρ}', () => {
  near(gim1(1, everyNthArrival(0.8, 1)).meanSojourn, mm1(0.8, 1).meanSojourn, 1e-9);
  const { ratio } = gim1(1, regularArrivals(0.5));
  near(ratio, 0.2031878, 1e-6); // The root for ρ = 1/2, to be found in tables of D/M/1.
});

test('GI/M/1 with Erlang arrivals agrees with its chain of stages', () => {
  const [rate, every, service] = [1.6, 2, 1];
  const size = 400;
  const moves: Transition[] = [];
  for (let n = 0; n < size; n++) {
    if (n + 1 < size) moves.push({ from: n, to: n + 1, rate });
    if (n - every >= 0) moves.push({ from: n, to: n - every, rate: service });
  }
  // State: stages passed by arrivals that are inside or under way.
  const p = stationary(size, moves);
  const inside = meanOf(
    p.reduce((sum, share, i) => {
      const n = Math.floor(i / every);
      sum[n] = (sum[n] ?? 0) + share;
      return sum;
    }, [] as number[]),
  );
  near(inside / (rate / every), gim1(service, everyNthArrival(rate, every)).meanSojourn, 1e-6);
});

test('fork and join of two: exact at the ends', () => {
  near(forkJoinOfTwo(1e-12, 1), 1.5, 1e-9); // The larger of two exponentials.
  assert.ok(forkJoinOfTwo(0.9, 1) > mm1(0.9, 1).meanSojourn);
});

test('the shorter of two queues lies between one shared queue and two blind ones', () => {
  for (const load of [0.5, 0.8]) {
    const shared = mmc({ arrivalRate: 2 * load, serviceRate: 1, servers: 2 }).meanInSystem;
    const blind = 2 * mm1(load, 1).meanInSystem;
    const shortest = shorterOfTwo(2 * load, 1, 1);
    const better = shorterOfTwo(2 * load, 1, 0.75);
    assert.ok(shared < shortest && shortest < better && better < blind);
    const wider = { shorterMax: 80, gapMax: 60 };
    near(shorterOfTwo(2 * load, 1, 0.75, wider), better, 1e-5, 'cutting the chain');
  }
});

test('a blind choice between two queues is two M/M/1 queues', () => {
  const wide = { shorterMax: 40, gapMax: 60 };
  near(shorterOfTwo(1, 1, 0.5, wide), 2 * mm1(0.5, 1).meanInSystem, 1e-7);
});
