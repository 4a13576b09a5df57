/** Fidelity: `spec.successPolicy` of Indexed Jobs (job/success_policy.go, 1.32, where it is on by default): the first rule that is met ends the Job. */
import { parseIndexes } from './job-indexes.ts';

export interface SuccessPolicy {
  readonly rules: readonly {
    /** As in the status: `0,3-5`. */
    readonly succeededIndexes?: string;
    /** Of those indexes, or of all where none are named. */
    readonly succeededCount?: number;
  }[];
}

/** What the condition says of the rule that the succeeded indexes meet; null: they meet none. */
export function metRule(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: ReadonlySet<number>,
): string | null {
  if (policy === undefined || succeeded.size === 0) return null;
  const met = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined)
      return succeededCount !== undefined && succeeded.size >= succeededCount;
    const named = parseIndexes(succeededIndexes, completions);
    return named.size > 0 && succeededOf(named, succeeded) >= (succeededCount ?? named.size);
  });
  return met < 0 ? null : `Matched rules at index ${met}`;
}

function succeededOf(named: ReadonlySet<number>, succeeded: ReadonlySet<number>): number {
  let count = 0;
  for (const index of named) if (succeeded.has(index)) count++;
  return count;
}
