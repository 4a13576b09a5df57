import type uPlot from 'uplot';
import { formatDay, formatTime } from '../clock.ts';
import { formatQuantity } from '../format.ts';
import type { ChartSpec, Payload } from '../payload.ts';
import { wantedMarks } from './marks.ts';
import type { View } from './view.ts';

/** Writes the values under the cursor into the chart's legend, and the time and what went on into its head. */
export function showReadout(
  plot: uPlot,
  figure: HTMLElement,
  spec: ChartSpec,
  payload: Payload,
  view: View,
): void {
  const index = plot.cursor.idx ?? null;
  const values = figure.querySelectorAll<HTMLElement>('.legend .value');
  spec.series.forEach((series, position) => {
    const cell = values[position]!;
    const text =
      index === null
        ? cell.dataset['idle']!
        : formatQuantity(payload.columns[series.column]![index], spec.unit);
    if (cell.textContent !== text) cell.textContent = text;
    cell.classList.toggle('live', index !== null);
  });
  figure.querySelector('.when')!.textContent = index === null ? '' : describeTime(payload, index, view);
}

/** The values at a point in words, for people who hear the page. */
export function describePoint(spec: ChartSpec, payload: Payload, index: number, view: View): string {
  const values = spec.series.map(
    (series) => `${series.label} ${formatQuantity(payload.columns[series.column]![index], spec.unit)}`,
  );
  return `${describeTime(payload, index, view)}: ${values.join(', ')}`;
}

function describeTime(payload: Payload, index: number, view: View): string {
  const seconds = payload.times[index]!;
  const before = index === 0 ? payload.fromSeconds : payload.times[index - 1]!;
  const span = payload.toSeconds - payload.fromSeconds;
  const day = span > 86_400 ? `${formatDay(payload.clock, seconds, true)} ` : '';
  const around = payload.bands
    .filter((band) => band.fromSeconds < seconds && band.toSeconds > before)
    .map((band) => (band.letter === '' ? band.label : `${band.letter} ${band.label}`));
  const events = wantedMarks(payload, view).filter(
    (mark) => mark.atSeconds > before && mark.atSeconds <= seconds,
  );
  const notes = [...new Set(around), ...events.slice(0, 2).map((mark) => mark.label)];
  if (events.length > 2) notes.push(`and ${events.length - 2} more events`);
  return [`${day}${formatTime(payload.clock, seconds, seconds % 60 === 0 ? 60 : 1)}`, ...notes].join(' · ');
}

/** What the legend shows without a cursor: the largest values of the stretch in sight. */
export function refreshIdle(
  figure: HTMLElement,
  spec: ChartSpec,
  payload: Payload,
  from: number,
  to: number,
): void {
  const cells = figure.querySelectorAll<HTMLElement>('.legend .value');
  spec.series.forEach((series, position) => {
    let most: number | null = null;
    payload.columns[series.column]!.forEach((value, index) => {
      if (value === null || payload.times[index]! < from || payload.times[index]! > to) return;
      if (most === null || (spec.signed ? Math.abs(value) > Math.abs(most) : value > most)) most = value;
    });
    const cell = cells[position]!;
    cell.dataset['idle'] =
      most === null ? 'no values' : `${spec.signed ? 'most' : 'max'} ${formatQuantity(most, spec.unit)}`;
    if (!cell.classList.contains('live')) cell.textContent = cell.dataset['idle']!;
  });
}
