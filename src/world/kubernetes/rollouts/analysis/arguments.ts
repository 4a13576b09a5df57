/** Fidelity: `{{args.name}}` in a metric, as Argo Rollouts 1.7 resolves it (utils/template and utils/analysis). */
import type { Argument, Metric } from './analysis-run.ts';

const reference = /\{\{\s*args\.([^}\s]+)\s*\}\}/g;

/** The metric with every argument put in; the words of the controller where one has no value. */
export function resolveMetric(metric: Metric, args: readonly Argument[]): Metric | string {
  const values = new Map(args.map(({ name, value }) => [name, value]));
  const missing = new Set<string>();
  const resolved = substituted(metric, (text) =>
    text.replace(reference, (whole, name: string) => {
      const value = values.get(name);
      if (value === undefined) missing.add(whole);
      return value ?? whole;
    }),
  );
  return missing.size === 0 ? (resolved as Metric) : `failed to resolve ${[...missing].join(', ')}`;
}

function substituted(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => substituted(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substituted(member, change)]));
}

/** The template's arguments with the values that its user gives; the words of the controller where one has none. */
export function mergeArguments(
  given: readonly Argument[],
  declared: readonly Argument[],
): readonly Argument[] | string {
  const merged = declared.map((argument) => {
    const value = given.find(({ name }) => name === argument.name)?.value ?? argument.value;
    return value === undefined ? argument : { name: argument.name, value };
  });
  const empty = merged.find(({ value, valueFrom }) => value === undefined && valueFrom === undefined);
  return empty === undefined ? merged : `args.${empty.name} was not resolved`;
}
