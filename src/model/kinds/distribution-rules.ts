import type { Diagnostics } from '../../base/diagnostics.ts';
import { Check } from '../check.ts';
import { isObject } from '../draft.ts';
import type { Path } from '../place.ts';
import { readDistribution } from '../read-distribution.ts';
import type { Resource } from '../resource.ts';
import { asSchema } from '../schema.ts';
import { validate } from '../validate.ts';
import { Distribution, type WrittenDistribution } from './distribution.ts';

const families = new Set([
  'exponential',
  'uniform',
  'normal',
  'lognormal',
  'gamma',
  'weibull',
  'pareto',
  'empirical',
  'mixture',
]);

/**
 * Distributions whose parts contradict each other, such as percentiles that fall. Compilers would find them too, but
 * only once every document has its right shape; here they are told together with everything else.
 */
export function distributionRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  visit((resource.value as { spec?: unknown }).spec, ['spec'], check);
}

function visit(value: unknown, path: Path, check: Check): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      visit(item, [...path, index], check);
    });
    return;
  }
  if (!isObject(value)) return;
  if (isDistribution(value)) {
    const read = readDistribution(value);
    if ('problem' in read) check.error('bad-distribution', path, read.problem, read.remedy);
    return;
  }
  for (const [key, item] of Object.entries(value)) visit(item, [...path, key], check);
}

function isDistribution(value: Record<string, unknown>): value is Exclude<WrittenDistribution, string> {
  const keys = Object.keys(value);
  return keys.length === 1 && families.has(keys[0]) && validate(value, asSchema(Distribution)).length === 0;
}
