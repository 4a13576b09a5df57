/**
 * Fidelity: how the cluster-autoscaler 1.32 chooses among node groups that would help (expander/): random is its default, ties of
 * all others are random too. Simplified: `price` compares what the new nodes cost in an hour for each pod that they help, without
 * the preferred node size.
 */
import type { RandomStream } from '../../../../base/random.ts';
import type { ControlPlaneSettings, NodePool } from '../../model.ts';
import type { Pod } from '../../objects/pod.ts';
import { podRequests } from '../../objects/resources.ts';

export interface ScaleUpOption {
  readonly pool: NodePool;
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

export type Expander = ControlPlaneSettings['clusterAutoscaler']['expander'];

/** The option with the least of what the expander dislikes. There is at least one. */
export function chooseOption<T extends ScaleUpOption>(
  options: readonly T[],
  expander: Expander,
  stream: RandomStream,
  priorities: readonly Priority[],
): T {
  const best = leastBy(options, dislikeOf(expander, priorities));
  return best.length === 1 ? best[0] : best[stream.integer(best.length)];
}

function dislikeOf(expander: Expander, priorities: readonly Priority[]): (option: ScaleUpOption) => number {
  switch (expander) {
    case 'most-pods':
      return ({ pods }) => -pods.length;
    case 'least-waste':
      return wasteOf;
    case 'price':
      return ({ pool, nodes, pods }) =>
        pool.pricePerHour === null
          ? Number.POSITIVE_INFINITY
          : (pool.pricePerHour * nodes) / Math.max(1, pods.length);
    case 'priority':
      return ({ pool }) => -priorityOf(pool.name, priorities);
    default:
      return () => 0;
  }
}

function leastBy<T>(options: readonly T[], dislike: (option: T) => number): readonly T[] {
  const measured = options.map((option) => ({ option, amount: dislike(option) }));
  const least = Math.min(...measured.map(({ amount }) => amount));
  return measured.filter(({ amount }) => amount === least).map(({ option }) => option);
}

/** The shares of processor and memory that the new nodes would leave unused, added up. */
export function wasteOf({ pool, nodes, pods }: ScaleUpOption): number {
  const sum = (resource: string) =>
    pods.reduce((total, pod) => total + (podRequests(pod.spec)[resource] ?? 0), 0);
  const waste = (available: number, requested: number) =>
    available === 0 ? 0 : (available - requested) / available;
  return waste(pool.cores * 1000 * nodes, sum('cpu')) + waste(pool.memoryBytes * nodes, sum('memory'));
}

export interface Priority {
  readonly value: number;
  readonly patterns: readonly RegExp[];
}

/** Reads the ConfigMap's `priorities`: numbers with lists of patterns under them. What can't be read is left out. */
export function readPriorities(text: string): Priority[] {
  const priorities: { value: number; patterns: RegExp[] }[] = [];
  for (const line of text.split('\n')) {
    const head = /^\s*["']?(-?\d+)["']?\s*:\s*$/.exec(line);
    const item = /^\s*-\s*(.+?)\s*$/.exec(line);
    if (head !== null) priorities.push({ value: Number(head[1]), patterns: [] });
    else if (item !== null) {
      const pattern = patternOf(item[1].replace(/^(["'])(.*)\1$/, '$2'));
      if (pattern !== null) priorities.at(-1)?.patterns.push(pattern);
    }
  }
  return priorities;
}

function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}

function priorityOf(name: string, priorities: readonly Priority[]): number {
  const matching = priorities.filter(({ patterns }) => patterns.some((pattern) => pattern.test(name)));
  return matching.length === 0 ? Number.NEGATIVE_INFINITY : Math.max(...matching.map(({ value }) => value));
}
