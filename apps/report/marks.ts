import type { ObjectiveResult, Result } from '../../src/model/result.ts';
import { formatDuration, formatFactor } from './format.ts';
import type { Mark, MarkKind } from './payload.ts';

type BurnAlert = NonNullable<ObjectiveResult['burnAlerts']>[number];

/** How each kind of event is called and drawn, the most telling first. */
const kinds: Readonly<Record<string, { readonly title: string; readonly sign: string }>> = {
  abort: { title: 'run ended early', sign: '■' },
  alert: { title: 'alerts', sign: '⚑' },
  rollout: { title: 'rollouts', sign: '★' },
  node: { title: 'nodes', sign: '⬢' },
  evict: { title: 'evictions', sign: '⤴' },
  restart: { title: 'restarts', sign: '↻' },
  probe: { title: 'probes', sign: '♥' },
  schedule: { title: 'scheduling', sign: '▣' },
  breaker: { title: 'breakers', sign: '◆' },
  scale: { title: 'scaling', sign: '▲' },
  note: { title: 'notes', sign: '●' },
};

const order = Object.keys(kinds);

/** Position among the kinds, the most telling first; unknown kinds come last. */
function rankOf(kind: string): number {
  const rank = order.indexOf(kind);
  return rank < 0 ? order.length : rank;
}

/** The instants to mark on the charts, in order of time: the run's events and when burn-rate alerts would have fired. */
export function marksOf(result: Result): Mark[] {
  const events = result.events.map(
    ({ atSeconds, kind, subject, message }): Mark => ({
      atSeconds,
      kind,
      sign: signOf(kind, message),
      label: `${subject}: ${message}`,
    }),
  );
  const alerts = result.objectives.flatMap((objective) =>
    (objective.burnAlerts ?? []).flatMap((alert): Mark[] => {
      if (alert.firstAtSeconds === null) return [];
      const label = `${objective.name}: ${alertInWords(alert)} fires`;
      return [{ atSeconds: alert.firstAtSeconds, kind: 'alert', sign: signOf('alert', label), label }];
    }),
  );
  return [...events, ...alerts].sort((a, b) => a.atSeconds - b.atSeconds);
}

/** What is scaled down points down; every other kind has one sign. */
function signOf(kind: string, message: string): string {
  if (kind !== 'scale') return kinds[kind]?.sign ?? '●';
  const [, from, to] = /from (\d+) to (\d+)/.exec(message) ?? [];
  return Number(to) < Number(from) ? '▼' : '▲';
}

/** The kinds that occur, the most telling first. */
export function markKindsOf(marks: readonly Mark[]): MarkKind[] {
  const names = [...new Set(marks.map(({ kind }) => kind))].sort((a, b) => rankOf(a) - rankOf(b));
  return names.map((kind) => {
    const own = marks.filter((mark) => mark.kind === kind);
    const signs = [...new Set(own.map(({ sign }) => sign))].sort().join('');
    return { kind, title: kinds[kind]?.title ?? kind, signs, count: own.length };
  });
}

/** `page at 14.4× over 1 h and 5 min`. */
export function alertInWords(alert: BurnAlert): string {
  return `${alert.severity} at ${formatFactor(alert.factor, 3)} over ${formatDuration(alert.longSeconds)} and ${formatDuration(alert.shortSeconds)}`;
}
