import type { CallResult, Result, ServiceResult } from '../../src/model/result.ts';
import { formatMillis, formatNumber, formatShare } from './format.ts';
import type { Markup } from './markup.ts';
import { html } from './markup.ts';
import { type Layout, layOut } from './topology-layout.ts';

/** Services with a larger share of errors are drawn as red diamonds. */
const errorShareShown = 0.01;
const pitchX = 216;
const pitchY = 124;
const marginX = 92;
const marginY = 58;
const radius = 25;

/** Failed over ended requests of a service. */
export function errorShareOf(service: ServiceResult): number {
  const failed = Object.values(service.errors).reduce((sum, count) => sum + count, 0);
  const served = service.endpoints.reduce((sum, endpoint) => sum + endpoint.served, 0);
  return failed + served === 0 ? 0 : failed / (failed + served);
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly attempts: number;
  readonly retries: number;
  readonly failed: number;
}

/** All calls from one client to one service as one edge. */
function edgesOf(calls: readonly CallResult[]): Edge[] {
  const edges = new Map<string, Edge>();
  for (const call of calls) {
    const key = `${call.client}\n${call.service}`;
    const known = edges.get(key) ?? {
      from: call.client,
      to: call.service,
      calls: 0,
      attempts: 0,
      retries: 0,
      failed: 0,
    };
    const failed = Object.values(call.errors).reduce((sum, count) => sum + count, 0);
    edges.set(key, {
      ...known,
      calls: known.calls + call.calls,
      attempts: known.attempts + call.attempts,
      retries: known.retries + call.retries,
      failed: known.failed + failed,
    });
  }
  return [...edges.values()];
}

/** Who calls whom, as an SVG: shapes say how each service fares, widths how much flows. */
export function topology(result: Result): Markup {
  const edges = edgesOf(result.calls);
  const sources = result.sources.map((source) => `source/${source.name}`);
  const services = result.services.map((service) => service.name);
  const named = [...sources, ...services];
  const nodes = [
    ...named,
    ...new Set(edges.flatMap((edge) => [edge.from, edge.to]).filter((name) => !named.includes(name))),
  ];
  const layout = layOut(nodes, edges);
  const width = marginX * 2 + (layout.layers - 1) * pitchX;
  const height = marginY * 2 + (layout.rows - 1) * pitchY + 26;
  const seconds = Math.max(1e-9, result.window.toSeconds - result.window.fromSeconds);
  const busiest = Math.max(1, ...edges.map((edge) => edge.attempts));
  return html`
<div class="scroll topology" tabindex="0" role="region" aria-label="Topology">
<svg viewBox="0 0 ${width} ${height}" style="min-width:${Math.min(width, layout.layers * 168)}px;max-width:${width * 1.15}px" role="group" aria-label="Who calls whom">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="14" markerHeight="14" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker></defs>
${edges.map((edge) => edgeMarkup(edge, layout, busiest, seconds))}
${nodes.map((node) => nodeMarkup(node, result, layout))}
</svg></div>`;
}

function centre(name: string, layout: Layout): { x: number; y: number } {
  const place = layout.places.get(name)!;
  return { x: marginX + place.layer * pitchX, y: marginY + place.row * pitchY };
}

function edgeMarkup(edge: Edge, layout: Layout, busiest: number, seconds: number): Markup {
  const from = centre(edge.from, layout);
  const to = centre(edge.to, layout);
  const back = to.x <= from.x;
  const start = { x: from.x + (back ? 0 : radius + 4), y: from.y + (back ? radius + 4 : 0) };
  const end = { x: to.x - (back ? 0 : radius + 13), y: to.y + (back ? radius + 13 : 0) };
  const bend = back
    ? `C${start.x} ${start.y + 60} ${end.x} ${end.y + 60}`
    : `C${start.x + 52} ${start.y} ${end.x - 52} ${end.y}`;
  const failing = edge.calls > 0 && edge.failed / edge.calls > errorShareShown;
  const width = formatNumber(1.25 + 8 * Math.sqrt(edge.attempts / busiest), 3);
  const again =
    edge.calls > 0 && edge.retries / edge.calls >= 0.001
      ? ` · ↻ ${formatNumber((edge.retries / edge.calls) * 100, 2)}\u00a0%`
      : '';
  const rate = `${formatNumber(edge.attempts / seconds)}/s${again}`;
  const words = `${edge.from} to ${edge.to}: ${rate} attempts${failing ? `, ${formatShare(edge.failed / edge.calls)} of the calls failed` : ''}`;
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 + (back ? 52 : -9) };
  return html`<g class="edge ${failing && 'failing'}"><title>${words}</title>
<path d="M${start.x} ${start.y}${bend} ${end.x} ${end.y}" stroke-width="${width}" marker-end="url(#arrow)"/>
<text x="${middle.x}" y="${middle.y}">${failing && '✗ '}${rate}</text></g>\n`;
}

function nodeMarkup(node: string, result: Result, layout: Layout): Markup {
  const { x, y } = centre(node, layout);
  const index = result.services.findIndex((service) => service.name === node);
  if (index < 0) return sourceMarkup(node, x, y);
  const service = result.services[index]!;
  const share = errorShareOf(service);
  const failing = share > errorShareShown;
  const inside = failing
    ? formatShare(Math.round(share * 1000) / 1000)
    : service.utilisation > 0 && service.utilisation < 0.01
      ? '<1\u00a0%'
      : `${formatNumber(service.utilisation * 100, 2)}\u00a0%`;
  const words = `${service.name}: ${formatNumber(service.offeredRate)} requests per second, CPU ${formatShare(service.utilisation)}, p95 ${formatMillis(service.latency.p95)}, ${formatShare(share)} errors. Show this service.`;
  const shape = failing
    ? html`<path class="shape" d="M${x} ${y - 33}L${x + 33} ${y}L${x} ${y + 33}L${x - 33} ${y}Z"/>`
    : html`<rect class="shape" x="${x - radius}" y="${y - radius}" width="${radius * 2}" height="${radius * 2}" rx="10"/>`;
  return html`<a href="#service-${index}" data-service="${index}" class="node ${failing && 'failing'}" aria-label="${words}"><title>${words}</title>${shape}
<text class="inside" x="${x}" y="${y + 4}">${inside}</text>
<text class="name" x="${x}" y="${y + radius + 20}">${shorten(service.name)}</text>
<text class="detail" x="${x}" y="${y + radius + 36}">${failing ? 'errors' : 'CPU'} · p95 ${formatMillis(service.latency.p95)}</text></a>\n`;
}

function sourceMarkup(node: string, x: number, y: number): Markup {
  const name = node.replace(/^source\//, '');
  return html`<g class="node source"><title>${name}</title><circle class="shape" cx="${x}" cy="${y}" r="${radius}"/>
<path class="person" d="M${x - 10} ${y + 11}a10 10 0 0 1 20 0ZM${x - 5.5} ${y - 6}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z"/>
<text class="name" x="${x}" y="${y + radius + 20}">${shorten(name)}</text>
<text class="detail" x="${x}" y="${y + radius + 36}">users</text></g>\n`;
}

function shorten(name: string): string {
  return name.length <= 24 ? name : `${name.slice(0, 11)}…${name.slice(-12)}`;
}
