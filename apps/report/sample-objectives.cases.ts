import type { Result } from '../../src/model/result.ts';

/** The totals that everything else follows from. */
export interface Day {
  readonly offered: number;
  readonly failed: number;
  readonly roomy: boolean;
}

/** The objectives of the sample day. */
export function objectivesOf({ offered, failed, roomy }: Day): Result['objectives'] {
  const slow = Math.round(roomy ? offered * 0.021 : failed * 1.3 + offered * 0.045);
  return [
    objectiveOf({ name: 'pages-answered', target: 0.999, latencyMs: null, bad: failed, offered, roomy }),
    objectiveOf({ name: 'pages-fast', target: 0.95, latencyMs: 250, bad: slow, offered, roomy }),
  ];
}

interface Target {
  readonly name: string;
  readonly target: number;
  readonly latencyMs: number | null;
  readonly bad: number;
  readonly offered: number;
  readonly roomy: boolean;
}

function objectiveOf({ name, target, latencyMs, bad, offered, roomy }: Target): Result['objectives'][number] {
  const budget = offered * (1 - target);
  const within = latencyMs === null ? '' : ` within ${latencyMs} ms`;
  return {
    name,
    description: `${target * 100} % of requests of traffic visitors are answered without error${within}.`,
    indicator: latencyMs === null ? 'availability' : 'latency',
    subject: 'traffic visitors',
    target,
    latencyMs,
    achieved: 1 - bad / offered,
    good: offered - bad,
    total: offered,
    budget,
    budgetUsed: bad / budget,
    periodBudgetUsed: bad / budget / 30,
    burnRateMax: roomy ? 0.2 : 8.8 / (1 - target) / 20,
    worstWindow: { fromSeconds: 34_200, toSeconds: 34_500, achieved: roomy ? 0.9998 : 0.56 },
    burnAlerts: [
      {
        severity: 'page',
        longSeconds: 3600,
        shortSeconds: 300,
        factor: 14.4,
        firstAtSeconds: roomy ? null : 33_060,
      },
      {
        severity: 'page',
        longSeconds: 21_600,
        shortSeconds: 1800,
        factor: 6,
        firstAtSeconds: roomy ? null : 33_600,
      },
    ],
    passed: bad <= budget,
  };
}
