import { test } from 'node:test';
import { absorptionSurvival, birthDeath, stationary } from './chain.ts';
import { complex, divide } from './complex.ts';
import { survivalOf } from './laplace.ts';
import { near } from './near.ts';
import { erlangSurvival, gamma, hypoexponentialSurvival, integrate, quantile } from './numeric.ts';
import { estimate, halfWidth, studentQuantile } from './statistics.ts';

test("Student's t has the quantiles of the printed tables", () => {
  // Two-sided 95 % and 99.9 %, degrees 1, 9, 19, 120.
  for (const [degrees, probability, table] of [
    [1, 0.975, 12.706],
    [9, 0.975, 2.262],
    [19, 0.975, 2.093],
    [120, 0.975, 1.98],
    [9, 0.9995, 4.781],
    [19, 0.9995, 3.883],
  ]) {
    near(studentQuantile(degrees, probability), table, 3e-4, `t(${degrees})`);
  }
});

test('an interval is Student t times the standard error of the replications', () => {
  const of = estimate([1, 2, 3, 4]);
  near(of.mean, 2.5, 1e-15);
  near(of.standardError, Math.sqrt(5 / 3) / 2, 1e-15);
  near(halfWidth(of, 0.95), 3.1824 * of.standardError, 1e-4);
});

test('special functions agree with their definitions', () => {
  near(gamma(5), 24, 1e-13);
  near(gamma(0.5), Math.sqrt(Math.PI), 1e-13);
  near(erlangSurvival(3, 2, 1.5), 1 - integrate((t) => 4 * t * t * Math.exp(-2 * t), 0, 1.5), 1e-12);
  const density = (x: number, y: number) => 2 * Math.exp(-2 * x) * 3 * Math.exp(-3 * y);
  const within = integrate((x) => integrate((y) => density(x, y), 0, 1 - x, 4), 0, 1, 4);
  near(hypoexponentialSurvival(2, 3, 1), 1 - within, 1e-10);
  near(hypoexponentialSurvival(2, 2 + 1e-14, 1), erlangSurvival(2, 2, 1), 1e-12);
});

test('a quantile inverts the survival function, and is zero inside an atom at zero', () => {
  near(
    quantile((t) => Math.exp(-t), 0.99, 1),
    Math.log(100),
    1e-12,
  );
  near(
    quantile((t) => 0.3 * Math.exp(-t), 0.5, 1),
    0,
    0,
  );
});

test('transforms are inverted to eight digits', () => {
  const erlang = survivalOf((s) => {
    const stage = divide(complex(2), { re: s.re + 2, im: s.im });
    return divide(stage, divide(complex(1), stage));
  });
  for (const t of [0.1, 1, 5]) near(erlang(t), erlangSurvival(2, 2, t), 1e-7);
});

test('two solvers of one chain agree, and absorption times are those of the stages', () => {
  const balance = birthDeath(
    6,
    () => 2,
    (n) => Math.min(n, 3),
  );
  const moves = [0, 1, 2, 3, 4, 5].flatMap((n) => [
    { from: n, to: n + 1, rate: 2 },
    { from: n + 1, to: n, rate: Math.min(n + 1, 3) },
  ]);
  stationary(7, moves).forEach((p, n) => void near(p, balance[n], 1e-10));
  const threeStages = absorptionSurvival(
    [1, 0, 0],
    [0, 1, 2].map((n) => ({ from: n, to: n + 1, rate: 5 })),
  );
  near(threeStages(0.7), erlangSurvival(3, 5, 0.7), 1e-10);
});
