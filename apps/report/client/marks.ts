import type uPlot from 'uplot';
import type { Mark, Payload } from '../payload.ts';
import { inside, ratioOf } from './layers.ts';
import { canvasFont, colour } from './palette.ts';
import type { View } from './view.ts';

/** Height of the lane above the plotting area that holds the signs of events, in CSS pixels. */
export const markLaneHeight = 16;

/** Signs stand at least this far apart, in CSS pixels: events nearer to each other share one and are counted. */
const apart = 28;
/** Stands for events of one kind that went up and down. */
const bothWays = '⇅';
/** With more signs than this, lines across the chart would hide it, and only its upper edge is ticked. */
const linesMax = 14;

/** The marks of the kinds that the reader wants to see, in order of time. */
export function wantedMarks({ marks }: Payload, { without }: View): readonly Mark[] {
  return without.length === 0 ? marks : marks.filter(({ kind }) => !without.includes(kind));
}

/** Marks that share a sign. */
interface Cluster {
  /** Where its first mark lies, in canvas pixels. */
  readonly x: number;
  readonly marks: Mark[];
}

function clustersOf(plot: uPlot, marks: readonly Mark[], ratio: number): Cluster[] {
  const { min, max } = plot.scales['x']!;
  const clusters: Cluster[] = [];
  for (const mark of marks) {
    if (mark.atSeconds < (min ?? 0) || mark.atSeconds > (max ?? 0)) continue;
    const x = Math.round(plot.valToPos(mark.atSeconds, 'x', true)) + 0.5;
    const last = clusters.at(-1);
    if (last !== undefined && x - last.x < apart * ratio) last.marks.push(mark);
    else clusters.push({ x, marks: [mark] });
  }
  return clusters;
}

/** Ticks every event at the upper edge of the plotting area; few of them get a dotted line across it. */
export function drawMarks(plot: uPlot, payload: Payload, view: View): void {
  inside(plot, (ctx, box, ratio) => {
    const clusters = clustersOf(plot, wantedMarks(payload, view), ratio);
    const line = (x: number, length: number) => {
      ctx.beginPath();
      ctx.moveTo(x, box.top);
      ctx.lineTo(x, box.top + length);
      ctx.stroke();
    };
    ctx.strokeStyle = colour('rule');
    ctx.lineWidth = ratio;
    for (const { marks } of clusters)
      for (const { atSeconds } of marks)
        line(Math.round(plot.valToPos(atSeconds, 'x', true)) + 0.5, 5 * ratio);
    if (clusters.length > linesMax) return;
    ctx.setLineDash([ratio, 3 * ratio]);
    for (const { x } of clusters) line(x, box.height);
  });
}

/** Writes the signs of the events into the lane above the plotting area, with their number where several share one. */
export function drawSigns(plot: uPlot, payload: Payload, view: View): void {
  const { ctx, bbox } = plot;
  const ratio = ratioOf(plot);
  const rank = new Map(payload.markKinds.map(({ kind }, index) => [kind, index]));
  ctx.save();
  ctx.textBaseline = 'middle';
  const y = bbox.top - (markLaneHeight / 2) * ratio;
  for (const { x, marks } of clustersOf(plot, wantedMarks(payload, view), ratio)) {
    const first = marks.reduce((a, b) => (rank.get(b.kind)! < rank.get(a.kind)! ? b : a));
    ctx.fillStyle = colour('ink');
    ctx.textAlign = 'center';
    ctx.font = canvasFont(11, ratio, 700);
    const alike = marks.every(({ kind }) => kind === first.kind);
    const turned = alike && marks.some(({ sign }) => sign !== first.sign);
    ctx.fillText(turned ? bothWays : first.sign, x, y);
    if (marks.length === 1) continue;
    // Marks of one kind are counted; a plus says that others hide behind the sign.
    ctx.fillStyle = colour('muted');
    ctx.textAlign = 'left';
    ctx.font = canvasFont(10, ratio, 600);
    ctx.fillText(alike ? String(marks.length) : `+${marks.length - 1}`, x + 6 * ratio, y);
  }
  ctx.restore();
}
