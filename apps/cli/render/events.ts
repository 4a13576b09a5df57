import type { Result } from '../../../src/model/result.ts';
import type { Colors } from '../terminal.ts';
import { instant } from './figures.ts';
import { harmless, pad, wrap } from './table.ts';
import { eventRuns } from './wording.ts';

const linesMax = 120;

/** What happened when: scaling, rollouts, restarts, evictions, nodes, breakers, aborts. Long messages go on below. */
export function eventsSection(
  result: Result,
  { colors, width }: { readonly colors: Colors; readonly width: number },
): string[] {
  const runs = eventRuns(result.events);
  if (runs.length === 0) return [];
  const shown = runs.slice(0, linesMax);
  const times = shown.map(({ event }) => instant(Math.round(event.atSeconds), result.window.startsAt));
  const timeWidth = Math.max(...times.map((time) => time.length));
  const kindWidth = Math.max(...shown.map(({ event }) => event.kind.length));
  const hanging = ' '.repeat(2 + timeWidth + 2 + kindWidth + 2);
  const lines = shown.flatMap(({ event: { kind, subject, message }, times: often }, i) => {
    const text = harmless(`${subject}: ${message}${often === 1 ? '' : ` (${often} times)`}`);
    const [first, ...more] = wrap(text, width, hanging, hanging);
    const head = `  ${pad(times[i]!, timeWidth)}  ${colors.dim(pad(harmless(kind), kindWidth))}  `;
    return [head + first!.slice(hanging.length), ...more];
  });
  const left = runs.length - shown.length;
  const rest = left > 0 ? [colors.dim(`    and ${left} more (-o json)`)] : [];
  return [colors.bold('Events'), ...lines, ...rest];
}
