import type uPlot from 'uplot';
import { type Clock, clockPhase, formatDay, formatTime } from '../clock.ts';
import { formatQuantity } from '../format.ts';
import type { ChartSpec } from '../payload.ts';
import { colour } from './palette.ts';

const steps = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
];

const common = {
  stroke: () => colour('muted'),
  grid: { stroke: () => colour('line'), width: 1 },
  ticks: { stroke: () => colour('line'), width: 1, size: 5 },
  font: '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
};

/** The time axis: ticks fall on round times of the scenario's clock, midnights show their day. */
export function timeAxis(clock: Clock): uPlot.Axis {
  const phase = clockPhase(clock);
  return {
    ...common,
    incrs: steps,
    space: clock.zeroMillis === null ? 82 : 64,
    size: 32,
    splits: (_plot, _axis, min, max, step) => {
      const ticks: number[] = [];
      for (let n = Math.ceil((min + phase) / step - 1e-9); n * step - phase <= max + step * 1e-9; n++) {
        ticks.push(n * step - phase);
      }
      return ticks;
    },
    values: (_plot, ticks, _axis, _space, step) =>
      ticks.map((seconds) => {
        const midnight = clock.zeroMillis !== null && (seconds + phase) % 86_400 === 0;
        return midnight ? formatDay(clock, seconds, true) : formatTime(clock, seconds, step);
      }),
  };
}

const wholeSteps = [1, 2, 5].flatMap((step) => [1, 10, 100, 1000, 10_000].map((tens) => step * tens));

/** The axis of values, with their unit on every tick; what is counted one by one has whole ticks. */
export function valueAxis({ unit, series }: Pick<ChartSpec, 'unit' | 'series'>): uPlot.Axis {
  const whole = unit === 'count' && series.every(({ stepped }) => stepped);
  return {
    ...common,
    ...(whole ? { incrs: wholeSteps.toSorted((a, b) => a - b) } : {}),
    size: 66,
    space: 34,
    values: (_plot, ticks: (number | null)[]) =>
      ticks.map((value) => (value === null ? '' : formatQuantity(value, unit))),
  };
}
