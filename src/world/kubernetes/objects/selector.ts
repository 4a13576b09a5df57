/** Fidelity: label selectors of meta/v1 (1.32): an absent selector selects nothing, an empty one everything. */
import type { LabelSelector, Labels } from './meta.ts';

const none: Labels = {};

/** Whether the selector matches the labels; null and undefined select nothing. */
export function selects(selector: LabelSelector | null | undefined, labels: Labels | undefined): boolean {
  if (selector === null || selector === undefined) return false;
  const present = labels ?? none;
  const { matchLabels, matchExpressions } = selector;
  if (matchLabels !== undefined && !containsAll(present, matchLabels)) return false;
  return matchExpressions?.every((requirement) => meets(requirement, present)) ?? true;
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && (values?.includes(value) ?? false);
    case 'NotIn':
      return value === undefined || !(values?.includes(value) ?? false);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** Whether `labels` has every pair of `wanted`: the selector of a Service; an empty or absent one selects nothing there. */
export function containsAll(labels: Labels | undefined, wanted: Labels): boolean {
  const present = labels ?? none;
  for (const key in wanted) if (present[key] !== wanted[key]) return false;
  return true;
}

/** As kubectl prints it: `app=web,tier in (a,b)`; `<none>` for one that says nothing. */
export function selectorText(selector: LabelSelector | undefined): string {
  const parts = Object.entries(selector?.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const listed = `(${[...(values ?? [])].sort().join(',')})`;
    if (operator === 'In') parts.push(`${key} in ${listed}`);
    else if (operator === 'NotIn') parts.push(`${key} notin ${listed}`);
    else parts.push(operator === 'Exists' ? key : `!${key}`);
  }
  return parts.length === 0 ? '<none>' : parts.join(',');
}
