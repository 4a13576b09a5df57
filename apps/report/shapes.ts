import type { Marker } from './payload.ts';

/** A marker as an SVG path around (x, y); the same in legends and, through `Path2D`, on charts. '' for none. */
export function shapePath(marker: Marker, x: number, y: number, radius: number): string {
  const r = radius;
  switch (marker) {
    case 'none':
      return '';
    case 'circle':
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    case 'square':
      return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
    case 'triangle':
      return `M${x} ${y - r * 1.2}L${x + r * 1.15} ${y + r}H${x - r * 1.15}Z`;
    case 'diamond':
      return `M${x} ${y - r * 1.3}L${x + r * 1.3} ${y}L${x} ${y + r * 1.3}L${x - r * 1.3} ${y}Z`;
    case 'cross':
      return `M${x - r} ${y - r}L${x + r} ${y + r}M${x + r} ${y - r}L${x - r} ${y + r}`;
    case 'plus':
      return `M${x - r * 1.2} ${y}h${r * 2.4}M${x} ${y - r * 1.2}v${r * 2.4}`;
  }
}
