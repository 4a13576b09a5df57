import type Plot from 'uplot';
import type { ChartSpec, Payload } from '../payload.ts';
import { timeAxis, valueAxis } from './axes.ts';
import { drawBands, drawLane, drawLimits, drawMarkers, laneHeight } from './layers.ts';
import { drawMarks, drawSigns, markLaneHeight } from './marks.ts';
import { colour, translucent } from './palette.ts';
import { showReadout } from './readout.ts';
import type { ViewStore } from './view.ts';

declare const uPlot: typeof Plot;

const heightUsual = 220;
const heightWide = 290;

/** One chart on the page. */
export interface Chart {
  readonly figure: HTMLElement;
  readonly spec: ChartSpec;
  readonly plot: Plot;
}

/** Draws a chart into its figure; it follows the cursors of all others. */
export function drawChart(figure: HTMLElement, spec: ChartSpec, payload: Payload, view: ViewStore): Chart {
  const place = figure.querySelector<HTMLElement>('.plot')!;
  const log = spec.logarithmic && view.current.log;
  const columns = spec.series.map((series) => payload.columns[series.column]!);
  // A logarithm has no place for zero and less.
  const drawn = log ? columns.map((values) => values.map((v) => (v !== null && v > 0 ? v : null))) : columns;
  const bandLane = payload.bands.some((band) => band.kind !== 'breach') ? laneHeight : 0;
  const markLane = payload.marks.length > 0 ? markLaneHeight : 0;
  const lanes = Math.max(10, bandLane + markLane);
  const options: Plot.Options = {
    width: Math.max(place.clientWidth, 120),
    height: (spec.wide ? heightWide : heightUsual) + lanes - 10,
    padding: [lanes, 24, 0, 0],
    legend: { show: false },
    cursor: cursorOf(view),
    scales: {
      x: { time: false, range: () => [view.current.fromSeconds, view.current.toSeconds] },
      y: yScale(spec, log),
    },
    axes: [timeAxis(payload.clock), valueAxis(spec)],
    series: [{}, ...spec.series.map((series, index) => seriesOf(series, index, figure))],
    hooks: {
      drawClear: [(plot) => drawBands(plot, payload.bands)],
      drawAxes: [(plot) => drawMarks(plot, payload, view.current), (plot) => drawLimits(plot, spec)],
      draw: [
        (plot) => drawMarkers(plot, spec),
        (plot) => drawLane(plot, payload.bands, markLane),
        (plot) => drawSigns(plot, payload, view.current),
      ],
      setCursor: [(plot) => showReadout(plot, figure, spec, payload, view.current)],
      setSelect: [(plot) => zoomTo(plot, view)],
    },
  };
  place.replaceChildren();
  const data = [payload.times, ...drawn] as unknown as Plot.AlignedData;
  return { figure, spec, plot: new uPlot(options, data, place) };
}

function seriesOf(series: ChartSpec['series'][number], index: number, figure: HTMLElement): Plot.Series {
  const name = `ink-${series.ink}`;
  const button = figure.querySelector(`[data-series="${index}"]`);
  return {
    label: series.label,
    show: button?.getAttribute('aria-pressed') !== 'false',
    stroke: () => colour(name),
    width: series.width,
    dash: [...series.dash],
    points: { show: false },
    ...(series.area ? { fill: () => translucent(name, 0.12) } : {}),
    ...(series.stepped ? { paths: uPlot.paths.stepped!({ align: -1 }) } : {}),
  };
}

function yScale(spec: ChartSpec, log: boolean): Plot.Scale {
  if (log) return { distr: 3, range: (_plot, min, max) => logRange(min, max) };
  return { range: (_plot, min, max) => linearRange(min, max, spec) };
}

function logRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null || min <= 0) return [1, 10];
  return [10 ** Math.floor(Math.log10(min)), 10 ** Math.ceil(Math.log10(max * 1.001))];
}

/** From zero (differences: around it) to a little above the largest value; a limit nearby comes into sight. */
function linearRange(min: number | null, max: number | null, spec: ChartSpec): [number, number] {
  if (min === null || max === null) return [0, 1];
  if (spec.signed) {
    const margin = Math.max(max - min, Math.abs(max), Math.abs(min)) * 0.12 || 1;
    return [Math.min(min, 0) - margin, Math.max(max, 0) + margin];
  }
  const limits = spec.limits.map((limit) => limit.value).filter((value) => value < max * 1.6);
  const top = Math.max(max, ...limits) * 1.12;
  if (spec.unit === 'ratio' && top > 0.4) return [0, Math.max(1, top)];
  return [0, top || 1];
}

function cursorOf(view: ViewStore): Plot.Cursor {
  return {
    y: false,
    drag: { x: true, y: false, setScale: false, dist: 4 },
    sync: {
      key: 'report',
      setSeries: false,
      // Only the cursor is shared: a selection changes the view, and the view changes all charts.
      filters: { sub: (type) => type === 'mousemove' || type === 'mouseleave' || type === 'mouseenter' },
    },
    points: {
      size: 7,
      width: 1.5,
      stroke: () => colour('paper'),
      fill: (plot, series) => String((plot.series[series]!.stroke as () => string)()),
    },
    bind: {
      dblclick: () => () => {
        view.reset();
        return null;
      },
    },
  };
}

function zoomTo(plot: Plot, view: ViewStore): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const fromSeconds = plot.posToVal(left, 'x');
  const toSeconds = plot.posToVal(left + width, 'x');
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  view.set({ fromSeconds, toSeconds });
}
