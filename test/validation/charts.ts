import assert from 'node:assert/strict';
import { mergeSummaries, type SketchSummary } from '../../src/base/sketch.ts';
import { type CaseResult, sketchKey, type TailLine } from './compare.ts';
import { distributionOf } from './measure.ts';
import { type Chart, type Point, type Series, svgOf } from './plot.ts';
import type { CurvePlot, Plot, System, TailPlot, Unit } from './systems/system.ts';
import { estimate, halfWidth } from './theory/statistics.ts';

/** What a unit's numbers are shown in: simulated times are microseconds, people read milliseconds. */
export const shownPerUnit: Readonly<Record<Unit, number>> = {
  milliseconds: 1e-3,
  requests: 1,
  share: 1,
  perSecond: 1,
};

/** Tails that a case must collect for the plots of any system. */
export function tailsOf(systems: readonly System[], caseId: string): TailLine[] {
  const plots = systems.flatMap((system) => system.plots);
  return plots.flatMap((plot) =>
    plot.kind === 'tail'
      ? plot.lines.filter((line) => line.case === caseId).map((line) => ({ ...line, file: plot.file }))
      : [],
  );
}

/** The plot with its theory and what the cases showed. */
export function drawPlot(plot: Plot, results: readonly CaseResult[]): string {
  return svgOf(plot.kind === 'curve' ? curveChart(plot, results) : tailChart(plot, results));
}

function curveChart(plot: CurvePlot, results: readonly CaseResult[]): Chart {
  const series = plot.lines.map((line) => {
    const found = results.flatMap((result) =>
      result.case.id.startsWith(line.cases)
        ? result.comparisons
            .filter(({ quantity }) => quantity.name === line.quantity)
            .map((c) => ({ result, c }))
        : [],
    );
    assert(found.length > 0, `${plot.file}: no case has ${line.quantity}`);
    const factor = shownPerUnit[found[0].c.quantity.unit];
    const points = found.map(
      ({ result, c }): Point => ({
        x: result.case.x,
        y: c.estimate.mean * factor,
        spread: halfWidth(c.estimate, 0.95) * factor,
      }),
    );
    return { label: line.label, points, line: sampled((x) => line.theory(x) * factor, plot.xRange) };
  });
  const highest = Math.max(
    ...series.flatMap((s) => [...s.line.map(([, y]) => y), ...s.points.map(({ y }) => y)]),
  );
  return { ...plot, yRange: [0, plot.yMax ?? highest * 1.05], logarithmicY: false, series };
}

const curvePoints = 160;

function sampled(f: (x: number) => number, [from, to]: readonly [number, number]): [number, number][] {
  return Array.from({ length: curvePoints + 1 }, (_, i) => {
    const x = from + ((to - from) * i) / curvePoints;
    return [x, f(x)];
  });
}

const smallestShare = 1e-4;

function tailChart(plot: TailPlot, results: readonly CaseResult[]): Chart {
  const xMax = plot.xMaxMicros / 1000;
  const series = plot.lines.map((line): Series => {
    const sketches = results.flatMap((result) => result.sketches.get(sketchKey(plot.file, line.label)) ?? []);
    assert(sketches.length > 1, `${plot.file}: ${line.label} was not collected`);
    return {
      label: line.label,
      points: tailPoints(sketches, xMax),
      line: sampled((x) => line.survival(x * 1000), [xMax / 2000, xMax]),
    };
  });
  return {
    ...plot,
    yLabel: 'share of requests',
    xRange: [0, xMax],
    yRange: [smallestShare, 1],
    logarithmicY: true,
    series,
  };
}

const pointsPerTail = 30;

/** The share above each of some values, with its interval over the replications. */
function tailPoints(sketches: readonly SketchSummary[], xMax: number): Point[] {
  const edges = thinned(distributionOf(mergeSummaries(sketches)), xMax);
  const distributions = sketches.map(distributionOf);
  return edges.map((micros) => {
    const shares = distributions.map((distribution) => 1 - shareUpTo(distribution, micros));
    const above = estimate(shares);
    return { x: micros / 1000, y: above.mean, spread: halfWidth(above, 0.95) };
  });
}

/** Bucket ends, at most one for each step of the axis: enough to see, few enough to see through. */
function thinned(
  distribution: readonly (readonly [micros: number, share: number])[],
  xMax: number,
): number[] {
  const kept: number[] = [];
  const step = (xMax * 1000) / pointsPerTail;
  let next = 0;
  for (const [micros] of distribution) {
    if (micros < next || micros > xMax * 1000) continue;
    kept.push(micros);
    next = (Math.floor(micros / step) + 1) * step;
  }
  return kept;
}

/** Buckets are the same in every sketch, so an end of one is never inside another. */
function shareUpTo(
  distribution: readonly (readonly [micros: number, share: number])[],
  micros: number,
): number {
  let share = 0;
  for (const [end, upTo] of distribution) {
    if (end > micros) break;
    share = upTo;
  }
  return share;
}
