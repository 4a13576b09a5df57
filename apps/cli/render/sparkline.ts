const blocks = '▁▂▃▄▅▆▇█';

/**
 * A curve in one line of `width` characters from zero to its largest value; each character is the mean of its
 * share of the values, and a blank stands where nothing was measured.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const bins = binned(values, Math.min(width, values.length));
  const top = bins.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return bins.map((value) => (value === null ? ' ' : block(value, top))).join('');
}

/** A bar of `width` characters, filled to `share`. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function block(value: number, top: number): string {
  if (top === 0) return blocks[0]!;
  return blocks[Math.min(blocks.length - 1, Math.round((value / top) * (blocks.length - 1)))]!;
}

function binned(values: readonly (number | null)[], count: number): (number | null)[] {
  return Array.from({ length: count }, (_, i) => {
    const part = values
      .slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))
      .filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
