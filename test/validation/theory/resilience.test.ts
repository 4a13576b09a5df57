import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absorptionSurvival, meanOf, normalised } from './chain.ts';
import { mmc, mmcK } from './mmc.ts';
import { near } from './near.ts';
import { quotaFinish, quotaMeanDuration } from './quota.ts';
import {
  hedged,
  impatient,
  meanSharedLatency,
  retryAmplification,
  retrySuccess,
  sharedFlights,
} from './resilience.ts';

test('retries amplify as the geometric sum', () => {
  near(retryAmplification(0.5, 3), 1 + 0.5 + 0.25 + 0.125, 1e-15);
  near(retryAmplification(1, 4), 5, 1e-15);
  near(retryAmplification(0, 4), 1, 1e-15);
  near(retrySuccess(0.5, 3), 15 / 16, 1e-15);
});

test('hedging at once is the smaller of two; hedging never is the plain latency', () => {
  const latency = (t: number) => Math.exp(-t);
  near(hedged(latency, 0).survival(1), Math.exp(-2), 1e-15);
  near(hedged(latency, 1e9).survival(1), Math.exp(-1), 1e-15);
  near(hedged(latency, 2).attemptsPerCall, 1 + Math.exp(-2), 1e-15);
});

test('single flight: rare calls share nothing, constant ones nearly everything', () => {
  near(sharedFlights(1e-9, 1).sharedShare, 0, 1e-5);
  near(sharedFlights(3, 1).sharedShare, 0.75, 1e-15);
  near(meanSharedLatency(1e9, 1), 0.5, 1e-6);
});

test('impatience: endless patience is M/M/c, none is loss', () => {
  const queue = { arrivalRate: 3, serviceRate: 1, servers: 4 };
  near(impatient({ ...queue, patience: 1e9 }).abandoned, 0, 1e-12);
  near(impatient({ ...queue, patience: 1e9 }).delayed, mmc(queue).probability(4) / (1 - 0.75), 1e-12);
  near(impatient({ ...queue, patience: 0 }).abandoned, mmcK({ ...queue, capacity: 4 }).blocking, 1e-12);
});

test('impatience agrees with the integral equation of the offered wait, solved in small steps', () => {
  const [arrivalRate, servers, patience] = [5, 4, 0.4];
  const idle = normalised([1, 5, 12.5, 125 / 6]);
  const step = 1e-4;
  const density: number[] = [];
  // v(x) = λ p(c−1) e^{−cμx} + λ ∫_0^{min(x, patience)} v(y) e^{−cμ(x−y)} dy, in steps.
  let convolution = 0;
  for (let i = 0; i * step < 6; i++) {
    const x = i * step;
    density.push(arrivalRate * idle[3] * Math.exp(-servers * x) + convolution);
    const joining = x < patience ? arrivalRate * density[i] * step : 0;
    convolution = (convolution + joining) * Math.exp(-servers * step);
  }
  const mass = density.reduce((sum, v) => sum + v * step, 0);
  const beyond = density.slice(Math.round(patience / step)).reduce((sum, v) => sum + v * step, 0);
  near(impatient({ arrivalRate, serviceRate: 1, servers, patience }).abandoned, beyond / (1 + mass), 1e-3);
});

test('a CPU limit stretches demand as the kernel would', () => {
  const half = { quota: 50, period: 100 };
  near(quotaFinish(half, 30), 30, 1e-15);
  near(quotaFinish(half, 120), 220, 1e-15); // 50, sleep, 50, sleep, 20.
  near(quotaFinish(half, 100, 4), 112.5, 1e-15); // Four cores spend the quota in 12.5.
  near(quotaFinish(half, 60, 1, 80), 140, 1e-15); // Refilled before the quota was spent.
  near(quotaFinish({ quota: 200, period: 100 }, 300), 300, 1e-15);
  assert.ok(quotaMeanDuration(half, 60) > 60);
});

test('absorption of one exponential stage is exponential', () => {
  near(absorptionSurvival([1], [{ from: 0, to: 1, rate: 2 }])(0.5), Math.exp(-1), 1e-12);
  near(meanOf([0.5, 0.5]), 0.5, 1e-15);
});
