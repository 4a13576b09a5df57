import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absorptionSurvival, birthDeath, meanOf } from './chain.ts';
import { erlangB, erlangC, mm1, mmc, mmcK } from './mmc.ts';
import { near } from './near.ts';
import { integrate, quantile } from './numeric.ts';

test('Erlang B agrees with printed tables', () => {
  // Westbay Engineers, calculator manual: 15 lines carry 8.108 erlangs at 1 % loss.
  near(erlangB(15, 8.108), 0.01, 1e-3);
  // The same: 1200 calls an hour of 100 s (33.333 erlangs) need 45 lines for 1 %.
  assert.ok(erlangB(45, 33.333) < 0.01 && erlangB(44, 33.333) > 0.01);
  near(erlangB(1, 1), 1 / 2, 1e-15);
  near(erlangB(2, 1), 1 / 5, 1e-15);
});

test('Erlang C agrees with worked examples', () => {
  // Two servers, one erlang: 1/3. Three servers, two erlangs (Gross and Harris, eye clinic): L_q = 8/9.
  near(erlangC(2, 1), 1 / 3, 1e-15);
  near(mmc({ arrivalRate: 6, serviceRate: 3, servers: 3 }).meanInQueue, 8 / 9, 1e-14);
  near(erlangC(1, 0.73), 0.73, 1e-15);
});

test('M/M/1 is the textbook: L = ρ/(1−ρ), sojourn exponential with rate μ−λ', () => {
  const queue = mm1(8, 10);
  near(queue.meanInSystem, 4, 1e-14);
  near(queue.meanSojourn, 0.5, 1e-14);
  near(queue.meanWait, 0.4, 1e-14);
  near(quantile(queue.sojournSurvival, 0.99, 1), Math.log(100) / 2, 1e-12);
  near(quantile(queue.waitSurvival, 0.99, 1), Math.log(0.8 * 100) / 2, 1e-12);
  assert.equal(quantile(queue.waitSurvival, 0.15, 1), 0);
  near(queue.probability(3), 0.2 * 0.512, 1e-14);
});

test('M/M/c agrees with its birth–death chain, solved by numbers', () => {
  const queue = mmc({ arrivalRate: 3.4, serviceRate: 1, servers: 4 });
  const p = birthDeath(
    600,
    () => 3.4,
    (n) => Math.min(n, 4),
  );
  near(queue.meanInSystem, meanOf(p), 1e-11);
  for (const n of [0, 1, 3, 4, 5, 30]) near(queue.probability(n), p[n], 1e-10, `P(${n})`);
});

test('the wait and sojourn of M/M/c are those of a tagged request in the chain', () => {
  const [arrivalRate, servers] = [3.4, 4];
  const queue = mmc({ arrivalRate, serviceRate: 1, servers });
  const found = Array.from({ length: 300 }, (_, n) => queue.probability(n));
  // State n: n requests ahead. Under first come first served, later arrivals do not matter.
  const waiting = found.flatMap((_, n) => (n < servers ? [] : [{ from: n, to: n - 1, rate: servers }]));
  const done = found.length;
  const wait = absorptionSurvival(
    found.map((p, n) => (n < servers ? 0 : p)),
    waiting.map((move) => (move.to < servers ? { ...move, to: done } : move)),
  );
  const sojourn = absorptionSurvival(
    found.map((p, n) => (n < servers ? (n === 0 ? 1 - found.slice(servers).reduce((a, b) => a + b) : 0) : p)),
    [...waiting.map((m) => (m.to < servers ? { ...m, to: 0 } : m)), { from: 0, to: done, rate: 1 }],
  );
  for (const t of [0.2, 1, 4]) {
    near(queue.waitSurvival(t), wait(t), 1e-9, `wait > ${t}`);
    near(queue.sojournSurvival(t), sojourn(t), 1e-9, `sojourn > ${t}`);
  }
  near(integrate(queue.sojournSurvival, 0, 60, 400), queue.meanSojourn, 1e-10);
});

test('M/M/c/K is Erlang B when nobody may wait, and M/M/c when everybody may', () => {
  near(mmcK({ arrivalRate: 8, serviceRate: 1, servers: 10, capacity: 10 }).blocking, erlangB(10, 8), 1e-13);
  const wide = mmcK({ arrivalRate: 3, serviceRate: 1, servers: 4, capacity: 400 });
  const open = mmc({ arrivalRate: 3, serviceRate: 1, servers: 4 });
  near(wide.meanSojourn, open.meanSojourn, 1e-12);
  for (const t of [0.5, 3]) near(wide.sojournSurvival(t), open.sojournSurvival(t), 1e-9);
});

test('M/M/1/K is the truncated geometric, also above saturation', () => {
  const queue = mmcK({ arrivalRate: 2, serviceRate: 1, servers: 1, capacity: 5 });
  near(queue.blocking, 32 / 63, 1e-14);
  near(integrate(queue.sojournSurvival, 0, 60, 400), queue.meanSojourn, 1e-10);
});
