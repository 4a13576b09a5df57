import type uPlot from 'uplot';
import type { Band, ChartSpec } from '../payload.ts';
import { shapePath } from '../shapes.ts';
import { canvasFont, colour, translucent } from './palette.ts';

/** What is drawn under and over the series, in canvas pixels: bands, limits and markers. */

/** Canvas pixels to one CSS pixel. */
export function ratioOf(plot: uPlot): number {
  return devicePixelRatio * (plot.width / plot.root.offsetWidth || 1);
}

/** Draws with the plotting area as the limit. */
export function inside(
  plot: uPlot,
  draw: (ctx: CanvasRenderingContext2D, box: uPlot.BBox, ratio: number) => void,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  // The series drawn before may have left its dashes.
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox, ratioOf(plot));
  ctx.restore();
}

/** Height of the lane above the plotting area that holds the bands' names, in CSS pixels. */
export const laneHeight = 20;

/** Shades the bands: hatched for warm-up, grey for what was announced, with a solid foot where an objective was missed. */
export function drawBands(plot: uPlot, bands: readonly Band[]): void {
  inside(plot, (ctx, box, ratio) => {
    const span = (band: Pick<Band, 'fromSeconds' | 'toSeconds'>) => {
      const left = Math.max(plot.valToPos(band.fromSeconds, 'x', true), box.left - 2);
      const right = Math.min(plot.valToPos(band.toSeconds, 'x', true), box.left + box.width + 2);
      return { left, width: Math.max(right - left, ratio) };
    };
    for (const band of bands) {
      const { left, width } = span(band);
      if (band.kind === 'warm-up') hatch(ctx, left, box.top, width, box.height, ratio);
      if (band.kind === 'annotation') shade(ctx, left, box.top, width, box.height, ratio);
    }
    for (const breach of union(bands.filter((band) => band.kind === 'breach'))) {
      const { left, width } = span(breach);
      ctx.fillStyle = translucent('fail', 0.1);
      ctx.fillRect(left, box.top, width, box.height);
      ctx.fillStyle = colour('fail');
      ctx.fillRect(left, box.top + box.height - 4 * ratio, width, 4 * ratio);
      if (width > 14 * ratio)
        sign(ctx, '✗', left + width / 2, box.top + box.height - 12 * ratio, 'fail', ratio);
    }
  });
}

type Stretch = { readonly fromSeconds: number; toSeconds: number };

/** The stretches that at least one of the bands covers. */
function union(bands: readonly Band[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { fromSeconds, toSeconds } of bands.toSorted((a, b) => a.fromSeconds - b.fromSeconds)) {
    const last = stretches.at(-1);
    if (last !== undefined && fromSeconds <= last.toSeconds)
      last.toSeconds = Math.max(last.toSeconds, toSeconds);
    else stretches.push({ fromSeconds, toSeconds });
  }
  return stretches;
}

/** Names the bands in a lane `above` CSS pixels over the plotting area: in full where there is room, else by their letter. */
export function drawLane(plot: uPlot, bands: readonly Band[], above: number): void {
  const { ctx, bbox } = plot;
  const ratio = ratioOf(plot);
  const end = bbox.left + bbox.width;
  const named = bands
    .filter((band) => band.kind !== 'breach')
    .map((band) => ({
      band,
      left: Math.max(plot.valToPos(band.fromSeconds, 'x', true), bbox.left),
      right: plot.valToPos(band.toSeconds, 'x', true),
    }))
    .filter(({ left, right }) => right > bbox.left && left < end)
    .sort((a, b) => a.left - b.left);
  ctx.save();
  ctx.font = canvasFont(11, ratio, 600);
  ctx.fillStyle = colour('muted');
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  named.forEach(({ band, left }, index) => {
    const room = (named[index + 1]?.left ?? end) - left - 6 * ratio;
    const full = band.letter === '' ? band.label : `${band.letter}  ${band.label}`;
    const text = [full, band.letter].find((words) => ctx.measureText(words).width <= room);
    if (text !== undefined) ctx.fillText(text, left + ratio, bbox.top - (above + laneHeight / 2) * ratio);
  });
  ctx.restore();
}

function shade(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  ratio: number,
): void {
  ctx.fillStyle = translucent('band', 0.1);
  ctx.fillRect(left, top, width, height);
  ctx.fillStyle = translucent('band', 0.55);
  ctx.fillRect(left, top, ratio, height);
  ctx.fillRect(left + width - ratio, top, ratio, height);
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  ratio: number,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = translucent('band', 0.3);
  ctx.lineWidth = ratio;
  ctx.beginPath();
  for (let x = left - height; x < left + width; x += 8 * ratio) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

function sign(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  name: string,
  ratio: number,
): void {
  ctx.font = canvasFont(11, ratio, 700);
  ctx.fillStyle = colour(name);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, x, y);
}

/** Draws the limits as dashed lines with their names, and on charts of differences the line of no difference. */
export function drawLimits(plot: uPlot, spec: ChartSpec): void {
  inside(plot, (ctx, box, ratio) => {
    ctx.strokeStyle = colour('ink');
    ctx.lineWidth = 1.25 * ratio;
    for (const limit of spec.signed ? [{ value: 0, label: '' }, ...spec.limits] : spec.limits) {
      const y = Math.round(plot.valToPos(limit.value, 'y', true)) + 0.5;
      if (!(y >= box.top && y <= box.top + box.height)) continue;
      ctx.setLineDash(limit.label === '' ? [] : [3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(box.left, y);
      ctx.lineTo(box.left + box.width, y);
      ctx.stroke();
      if (limit.label !== '') name(ctx, limit.label, box, y, ratio);
    }
  });
}

function name(ctx: CanvasRenderingContext2D, text: string, box: uPlot.BBox, y: number, ratio: number): void {
  ctx.font = canvasFont(11, ratio, 600);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  const width = ctx.measureText(text).width;
  ctx.fillStyle = translucent('paper', 0.85);
  ctx.fillRect(box.left + box.width - width - 8 * ratio, y - 17 * ratio, width + 8 * ratio, 16 * ratio);
  ctx.fillStyle = colour('ink');
  ctx.fillText(text, box.left + box.width - 4 * ratio, y - 3 * ratio);
}

/** Puts each series' marker on its line every so often, so that lines differ in more than colour. */
export function drawMarkers(plot: uPlot, spec: ChartSpec): void {
  inside(plot, (ctx, box, ratio) => {
    const times = plot.data[0] as readonly number[];
    spec.series.forEach((series, index) => {
      if (series.marker === 'none' || !plot.series[index + 1]!.show) return;
      const values = plot.data[index + 1] as readonly (number | null)[];
      const path = new Path2D();
      let next = box.left + (24 + index * 26) * ratio;
      for (let point = 0; point < times.length; point++) {
        const x = plot.valToPos(times[point]!, 'x', true);
        if (values[point] === null || values[point] === undefined || x < next) continue;
        const y = plot.valToPos(values[point]!, 'y', true);
        path.addPath(new Path2D(shapePath(series.marker, x, y, 3.2 * ratio)));
        next = x + 110 * ratio;
      }
      ctx.fillStyle = ctx.strokeStyle = colour(`ink-${series.ink}`);
      ctx.lineWidth = 1.5 * ratio;
      ctx.fill(path);
      ctx.stroke(path);
    });
  });
}
