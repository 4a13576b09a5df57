/**
 * Small line charts as SVG text. Colours follow the reader's light or dark scheme; dashes and marker shapes tell the
 * series apart without colour.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the height of an error bar; 0 for none. */
  readonly spread: number;
}

export interface Series {
  readonly label: string;
  readonly line: readonly (readonly [x: number, y: number])[];
  readonly points: readonly Point[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  /** Decades instead of equal steps. */
  readonly logarithmicY: boolean;
  readonly series: readonly Series[];
}

const width = 680;
const height = 360;
const left = 62;
const right = 16;
const top = 58;
const bottom = 46;

const style = `
  .panel { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-size: 14px; font-weight: 600 }
  .grid { stroke: #d1d9e0; stroke-width: 1 } .series { fill: none; stroke-width: 1.8 } .bar { stroke-width: 1.2 }
  .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 } .f0 { fill: #0969da } .f1 { fill: #bc4c00 } .f2 { fill: #1a7f37 }
  .d1 { stroke-dasharray: 7 4 } .d2 { stroke-dasharray: 2 3 }
  @media (prefers-color-scheme: dark) {
    .panel { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
    .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .f0 { fill: #58a6ff } .f1 { fill: #f0883e } .f2 { fill: #3fb950 }
  }`;

/** The chart as a complete SVG document. */
export function svgOf(chart: Chart): string {
  const scale = scaleOf(chart);
  const body = [
    `<rect class="panel" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="${left}" y="24">${escaped(chart.title)}</text>`,
    ...axes(chart, scale),
    ...chart.series.flatMap((series, i) => [...drawn(series, i, scale), ...legend(series.label, i)]),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.title)}">`;
  return `${[open, `<style>${style}\n</style>`, ...body, '</svg>'].join('\n')}\n`;
}

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly inside: (x: number, y: number) => boolean;
}

function scaleOf({ xRange, yRange, logarithmicY }: Chart): Scale {
  const warp = logarithmicY ? Math.log10 : (value: number) => value;
  const [low, high] = [warp(yRange[0]), warp(yRange[1])];
  return {
    x: (value) => left + ((value - xRange[0]) / (xRange[1] - xRange[0])) * (width - left - right),
    // An error bar that leaves the chart ends at its edge.
    y: (value) =>
      height -
      bottom -
      ((warp(Math.min(yRange[1], Math.max(yRange[0], value))) - low) / (high - low)) *
        (height - top - bottom),
    inside: (x, y) => x >= xRange[0] && x <= xRange[1] && y >= yRange[0] && y <= yRange[1],
  };
}

function axes(chart: Chart, scale: Scale): string[] {
  const ticksX = linearTicks(...chart.xRange);
  const ticksY = chart.logarithmicY ? decades(...chart.yRange) : linearTicks(...chart.yRange);
  const middle = (top + height - bottom) / 2;
  return [
    ...ticksY.flatMap((value) => {
      const y = at(scale.y(value));
      return [
        `<path class="grid" d="M${left} ${y}H${width - right}"/>`,
        `<text x="${left - 6}" y="${y}" dy="4" text-anchor="end">${labelOf(value)}</text>`,
      ];
    }),
    ...ticksX.map(
      (value) =>
        `<text x="${at(scale.x(value))}" y="${height - bottom + 16}" text-anchor="middle">${labelOf(value)}</text>`,
    ),
    `<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(chart.xLabel)}</text>`,
    `<text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escaped(chart.yLabel)}</text>`,
  ];
}

function drawn(series: Series, index: number, scale: Scale): string[] {
  const inside = series.line.filter(([x, y]) => scale.inside(x, y));
  const path = inside
    .map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(scale.x(x))} ${at(scale.y(y))}`)
    .join('');
  const line = path === '' ? [] : [`<path class="series c${index} d${index}" d="${path}"/>`];
  const points = series.points.filter(({ x, y }) => scale.inside(x, y));
  return [...line, ...points.flatMap((point) => marker(point, index, scale))];
}

function marker({ x, y, spread }: Point, index: number, scale: Scale): string[] {
  const [px, py] = [scale.x(x), scale.y(y)];
  const bar =
    spread === 0
      ? []
      : [
          `<path class="bar c${index}" d="M${at(px)} ${at(scale.y(y - spread))}V${at(scale.y(y + spread))}"/>`,
        ];
  return [...bar, shape(px, py, index)];
}

function shape(x: number, y: number, index: number): string {
  if (index === 0) return `<circle class="f0" cx="${at(x)}" cy="${at(y)}" r="3"/>`;
  if (index === 1) return `<rect class="f1" x="${at(x - 2.8)}" y="${at(y - 2.8)}" width="5.6" height="5.6"/>`;
  return `<path class="f2" d="M${at(x)} ${at(y - 3.6)}L${at(x + 3.4)} ${at(y + 2.6)}H${at(x - 3.4)}Z"/>`;
}

function legend(label: string, index: number): string[] {
  const x = left + index * 205;
  return [
    `<path class="series c${index} d${index}" d="M${x} 42h26"/>`,
    shape(x + 13, 42, index),
    `<text x="${x + 32}" y="46">${escaped(label)}</text>`,
  ];
}

/** Round values that divide a range into four to nine steps. */
export function linearTicks(from: number, to: number): number[] {
  const rough = (to - from) / 6;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([1, 2, 5, 10].find((factor) => factor * decade >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9) + 0; i * step <= to + step * 1e-9; i++) ticks.push(i * step);
  return ticks;
}

function decades(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

const labelOf = (value: number): string => String(Number(value.toPrecision(6)));
const at = (value: number): string => String(Number(value.toFixed(1)));
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
