import { test } from 'node:test';
import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { birthDeath } from './chain.ts';
import { complex } from './complex.ts';
import {
  lcfsWaitSurvival,
  md1,
  md1Blocking,
  md1WaitSurvival,
  mg1,
  processorSharing,
  sharingSojournSurvival,
} from './mg1.ts';
import { mm1 } from './mmc.ts';
import { near } from './near.ts';
import { integrate, logGamma, type RealFunction } from './numeric.ts';
import { hyperexponential, lognormal, moments, survival, transform } from './service.ts';

const services: readonly Distribution[] = [
  { kind: 'exponential', mean: 1 },
  { kind: 'uniform', min: 0.5, max: 1.5 },
  { kind: 'gamma', shape: 2, scale: 0.5 },
  { kind: 'weibull', shape: 0.8, scale: 0.9 },
  { kind: 'pareto', shape: 4.5, minimum: 0.8 },
  lognormal(1, 2),
  hyperexponential(1, 4),
];

/** Densities written down separately from the closed moments and transforms that they check. */
function density(d: Distribution): RealFunction {
  switch (d.kind) {
    case 'gamma':
      return (x) =>
        Math.exp((d.shape - 1) * Math.log(x / d.scale) - x / d.scale - logGamma(d.shape)) / d.scale;
    case 'lognormal':
      return (x) => {
        const z = (Math.log(x) - d.mu) / d.sigma;
        return Math.exp((-z * z) / 2) / (x * d.sigma * Math.sqrt(2 * Math.PI));
      };
    default: {
      const beyond = survival(d);
      return (x) => (beyond(x * (1 - 1e-5)) - beyond(x * (1 + 1e-5))) / (2e-5 * x);
    }
  }
}

/** Where the density is not zero, on a logarithmic axis. */
function support(d: Distribution): [number, number] {
  if (d.kind === 'uniform') return [Math.log(d.min * (1 + 2e-5)), Math.log(d.max * (1 - 2e-5))];
  return [d.kind === 'pareto' ? Math.log(d.minimum * (1 + 2e-5)) : -30, 12];
}

test('moments and transforms of service times are the integrals of their densities', () => {
  for (const service of services) {
    // Over the logarithm of x, which suits long tails as well as short ones.
    const average = (f: RealFunction) =>
      integrate(
        (u) => f(Math.exp(u)) * density(service)(Math.exp(u)) * Math.exp(u),
        ...support(service),
        1000,
      );
    near(
      average((x) => x),
      moments(service).mean,
      2e-4,
      `mean of ${service.kind}`,
    );
    near(
      average((x) => x * x),
      moments(service).second,
      4e-4,
      `second moment of ${service.kind}`,
    );
    near(
      average((x) => Math.exp(-0.7 * x)),
      transform(service)(complex(0.7)).re,
      2e-4,
      service.kind,
    );
  }
});

test('hyperexponential and log-normal have the variation that was asked for', () => {
  near(moments(hyperexponential(3, 4)).squaredVariation, 4, 1e-12);
  near(moments(lognormal(3, 4)).squaredVariation, 4, 1e-12);
});

test('M/G/1 with exponential service is M/M/1, in mean and distribution', () => {
  const general = mg1(0.8, { kind: 'exponential', mean: 1 });
  const markov = mm1(0.8, 1);
  near(general.meanWait, markov.meanWait, 1e-13);
  for (const t of [0.1, 2, 20]) near(general.waitSurvival(t), markov.waitSurvival(t), 1e-6);
});

test('the mean of the inverted wait distribution is that of Pollaczek and Khinchine', () => {
  for (const service of services.filter(({ kind }) => kind !== 'pareto')) {
    const queue = mg1(0.6, service);
    const piece = (from: number, to: number) => integrate(queue.waitSurvival, from, to, 3);
    const mean = piece(1e-9, 3) + piece(3, 90) + piece(90, 600);
    near(mean, queue.meanWait, 2e-4, service.kind);
  }
});

test("the wait in M/D/1 is Erlang's series where that can be summed, and the transform's beyond", () => {
  const load = 0.8;
  const erlang = (t: number) => {
    let sum = 0;
    let factorial = 1;
    for (let j = 0; j <= Math.floor(t); j++) {
      if (j > 0) factorial *= j;
      sum += ((load * (j - t)) ** j / factorial) * Math.exp(-load * (j - t));
    }
    return 1 - (1 - load) * sum;
  };
  const wait = md1WaitSurvival(load, 1);
  for (const t of [0, 0.3, 1, 2.5, 7.25]) near(wait(t), erlang(t), 1e-9, `wait > ${t}`);
  const inverted = mg1(load, { kind: 'deterministic', value: 1 }).waitSurvival;
  for (const t of [3.3, 12.4, 25.6]) near(wait(t), inverted(t), 1e-5, `wait > ${t}`);
  const mean = integrate(wait, 0, 80, 800);
  near(mean, md1(load, 1).meanWait, 1e-9, 'mean wait');
  near(mean, 2, 1e-9, 'ρ/(2(1−ρ))');
});

test('M/D/1 keeps its digits in heavy traffic', () => {
  const wait = md1WaitSurvival(0.97, 1);
  near(integrate(wait, 0, 600, 600), 0.97 / (2 * 0.03), 1e-8);
});

test('M/D/1/K loses what it must', () => {
  // With room for one, loss is insensitive: Erlang B for one server.
  near(md1Blocking(1.5, 1), 1.5 / 2.5, 1e-12);
  // Two places by hand: left behind 0 with probability e^{-a}, so loss is 1 − 1/(e^{-a} + a).
  near(md1Blocking(0.9, 2), 1 - 1 / (Math.exp(-0.9) + 0.9), 1e-12);
  near(md1Blocking(0.5, 60), 0, 1e-12);
});

test('processor sharing has a geometric number inside and a sojourn with the right mean', () => {
  const shared = processorSharing(0.7, 1);
  const p = birthDeath(
    400,
    () => 0.7,
    () => 1,
  );
  for (const n of [0, 1, 10]) near(shared.probability(n), p[n], 1e-12);
  const sojourn = sharingSojournSurvival(0.7, 1);
  near(integrate(sojourn, 0, 150, 40), shared.meanSojourn, 1e-5);
});

test('last come first served waits as long as first come first served on average, with a longer tail', () => {
  const wait = lcfsWaitSurvival(0.5, 1);
  const mean = integrate(wait, 1e-9, 10, 40) + integrate(wait, 10, 200, 40);
  near(mean, mm1(0.5, 1).meanWait, 1e-5);
});
