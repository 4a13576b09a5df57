import { html, type Markup } from '../../report/markup.ts';

/** A curve over shared times; null where there is nothing. */
export interface Curve {
  readonly label: string;
  /** Name of a colour of the theme. */
  readonly ink: string;
  /** Told apart by dashes too, not by colour alone. */
  readonly dashed: boolean;
  readonly values: readonly (number | null)[];
}

export interface LineChart {
  readonly title: string;
  readonly timesSeconds: readonly number[];
  readonly curves: readonly Curve[];
  readonly band: { readonly fromSeconds: number; readonly toSeconds: number } | null;
  readonly valueText: (value: number) => string;
  readonly timeText: (seconds: number) => string;
}

const width = 960;
const height = 220;
const margin = { left: 72, right: 16, top: 12, bottom: 28 };
const pointsMax = 480;

/** A chart as a drawing inside the page: no script, scales with the window, readable without colour. */
export function lineChart(chart: LineChart): Markup {
  const scale = scaleOf(chart);
  const { low, high, x, y } = scale;
  const ticks = [low, (low + high) / 2, high];
  const end = chart.timesSeconds.at(-1) ?? 1;
  const times = [0, end / 4, end / 2, (end * 3) / 4, end];
  return html`<figure class="chart"><figcaption><h3>${chart.title}</h3>${legend(chart.curves)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.title}">
${chart.band && html`<rect class="band" x="${x(chart.band.fromSeconds)}" y="${margin.top}" width="${x(chart.band.toSeconds) - x(chart.band.fromSeconds)}" height="${height - margin.top - margin.bottom}"/>`}
${ticks.map((value) => html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${margin.left - 8}" y="${y(value) + 4}" text-anchor="end">${chart.valueText(value)}</text>`)}
${times.map((at, i) => html`<text x="${x(at)}" y="${height - 8}" text-anchor="${i === 0 ? 'start' : i === times.length - 1 ? 'end' : 'middle'}">${chart.timeText(at)}</text>`)}
${chart.curves.map((curve) => html`<path class="curve" d="${pathOf(curve, chart.timesSeconds, scale)}" style="stroke:var(--${curve.ink})" stroke-dasharray="${curve.dashed ? '6 4' : 'none'}"/>`)}
</svg></figure>`;
}

function legend(curves: readonly Curve[]): Markup {
  return html`<span class="keys-of-chart">${curves.map(
    (curve) =>
      html`<span><svg width="26" height="10" aria-hidden="true"><path class="curve" d="M0 5H26" style="stroke:var(--${curve.ink})" stroke-dasharray="${curve.dashed ? '6 4' : 'none'}"/></svg> ${curve.label}</span>`,
  )}</span>`;
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
}

function scaleOf({ timesSeconds, curves }: LineChart): Scale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of curves) {
    for (const value of values) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [Math.min(0, low), high === 0 ? 1 : high];
  const end = timesSeconds.at(-1) || 1;
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    low,
    high,
    x: (seconds) => round(margin.left + (seconds / end) * (width - margin.left - margin.right)),
    y: (value) => {
      const share = (value - low) / (high - low);
      return round(height - margin.bottom - share * (height - margin.top - margin.bottom));
    },
  };
}

// Of more points than the width can show, each group keeps its extreme that lies farther from the last point.
function pathOf({ values }: Curve, times: readonly number[], { x, y }: Scale): string {
  const stride = Math.max(1, Math.ceil(times.length / pointsMax));
  let path = '';
  let pen = 'M';
  let last = 0;
  for (let start = 0; start < times.length; start += stride) {
    const group = values.slice(start, start + stride).filter((value) => value !== null);
    if (group.length === 0) {
      pen = 'M';
      continue;
    }
    last = group.reduce((far, value) => (Math.abs(value - last) > Math.abs(far - last) ? value : far));
    path += `${pen}${x(times[Math.min(times.length - 1, start + stride - 1)]!)} ${y(last)}`;
    pen = 'L';
  }
  return path;
}
