/**
 * Fidelity: validation of what a Job says on failures and success (batch validation.go, 1.32): limits for each index,
 * `podFailurePolicy`, `successPolicy`, `podReplacementPolicy` and the restart policy that goes with them.
 */
import type { JobSpec } from '../../objects/workloads.ts';
import { labelKeyErrors } from './names.ts';
import { at, child, type Problems, Written } from './problems.ts';

const rulesMax = 20;
const patternsMax = 20;
const exitCodesMax = 255;
const indexTextBytesMax = 64 * 1024;
const indexedMax = 100_000;
const manyIndexesMax = 10_000;

function listed(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}

/** A value that must be one of a few, with the words of batch validation for one that is missing. */
function checkChoice(
  problems: Problems,
  path: string,
  value: string | undefined,
  supported: readonly string[],
): void {
  if (!value) problems.required(path, `valid values: ${listed(supported)}`);
  else if (!supported.includes(value)) problems.unsupported(path, value, supported);
}

/** Limits that only Indexed Jobs may have. */
export function checkIndexLimits(problems: Problems, path: string, spec: JobSpec): void {
  const { backoffLimitPerIndex: limit, maxFailedIndexes: failedMax } = spec;
  if (failedMax !== undefined && limit === undefined)
    problems.required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified');
  if (spec.completionMode === 'Indexed') checkIndexed(problems, path, spec);
  if ((spec.completionMode ?? 'NonIndexed') !== 'NonIndexed') return;
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
    if (spec[field] !== undefined)
      problems.invalid(child(path, field), spec[field], 'requires indexed completion mode');
}

function checkIndexed(problems: Problems, path: string, spec: JobSpec): void {
  const { completions, parallelism = 0, backoffLimitPerIndex, maxFailedIndexes } = spec;
  const atMost = (field: 'parallelism' | 'maxFailedIndexes', max: number, when = ''): void => {
    const value = spec[field] ?? 0;
    if (value > max)
      problems.invalid(child(path, field), value, `must be less than or equal to ${max}${when}`);
  };
  if (completions === undefined)
    problems.required(child(path, 'completions'), 'when completion mode is Indexed');
  if (parallelism > indexedMax) atMost('parallelism', indexedMax, ' when completion mode is Indexed');
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions)
    problems.invalid(
      child(path, 'maxFailedIndexes'),
      maxFailedIndexes,
      'must be less than or equal to completions',
    );
  atMost('maxFailedIndexes', indexedMax);
  if ((completions ?? 0) <= indexedMax || backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined)
    problems.required(
      child(path, 'maxFailedIndexes'),
      `must be specified when completions is above ${indexedMax}`,
    );
  const when = ` when completions are above ${indexedMax} and used with backoff limit per index`;
  atMost('parallelism', manyIndexesMax, when);
  atMost('maxFailedIndexes', manyIndexesMax, when);
}

interface ExitCodes {
  readonly containerName?: string;
  readonly operator?: string;
  readonly values?: readonly number[];
}

interface FailureRule {
  readonly action?: string;
  readonly onExitCodes?: ExitCodes;
  readonly onPodConditions?: readonly { readonly type?: string; readonly status?: string }[];
}

interface SuccessRule {
  readonly succeededIndexes?: string;
  readonly succeededCount?: number;
}

/** The policies of a Job, in the server's order. */
export function checkPolicies(problems: Problems, path: string, spec: JobSpec): void {
  const failure = spec.podFailurePolicy as { readonly rules?: readonly FailureRule[] } | undefined;
  const success = spec.successPolicy as { readonly rules?: readonly SuccessRule[] } | undefined;
  if (failure !== undefined)
    checkFailurePolicy(problems, child(path, 'podFailurePolicy.rules'), spec, failure.rules ?? []);
  if (success !== undefined && spec.completionMode !== 'Indexed')
    problems.invalid(child(path, 'successPolicy'), success, 'requires indexed completion mode');
  else if (success !== undefined)
    checkSuccessPolicy(
      problems,
      child(path, 'successPolicy.rules'),
      success.rules ?? [],
      spec.completions ?? 0,
    );
  const replacements = failure === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (spec.podReplacementPolicy !== undefined && !replacements.includes(spec.podReplacementPolicy))
    problems.unsupported(child(path, 'podReplacementPolicy'), spec.podReplacementPolicy, replacements);
}

/** Pods of a Job end for good: they are restarted on failure at most, and not at all under a failure policy. */
export function checkRestartPolicy(problems: Problems, path: string, spec: JobSpec): void {
  const place = child(path, 'template.spec.restartPolicy');
  const policy = spec.template?.spec?.restartPolicy ?? 'Always';
  if (policy === 'Always') problems.required(place, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never')
    problems.unsupported(place, policy, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy !== undefined && policy !== 'Never')
    problems.invalid(place, policy, 'only "Never" is supported when podFailurePolicy is specified');
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const statuses = ['False', 'True', 'Unknown'];

function checkFailurePolicy(
  problems: Problems,
  path: string,
  spec: JobSpec,
  rules: readonly FailureRule[],
): void {
  if (rules.length > rulesMax) problems.tooMany(path, rules.length, rulesMax);
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  for (const [index, { action, onExitCodes, onPodConditions = [] }] of rules.entries()) {
    const place = at(path, index);
    checkChoice(problems, child(place, 'action'), action, actions);
    if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
      problems.invalid(child(place, 'action'), action, 'requires the backoffLimitPerIndex to be set');
    if (onExitCodes !== undefined) checkExitCodes(problems, child(place, 'onExitCodes'), onExitCodes, names);
    checkPatterns(problems, child(place, 'onPodConditions'), onPodConditions);
    if (onExitCodes !== undefined && onPodConditions.length > 0)
      problems.refused(place, 'specifying both OnExitCodes and OnPodConditions is not supported');
    if (onExitCodes === undefined && onPodConditions.length === 0)
      problems.refused(place, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function checkPatterns(
  problems: Problems,
  path: string,
  patterns: NonNullable<FailureRule['onPodConditions']>,
): void {
  if (patterns.length > patternsMax) problems.tooMany(path, patterns.length, patternsMax);
  for (const [index, { type = '', status }] of patterns.entries()) {
    problems.each(child(at(path, index), 'type'), type, labelKeyErrors(type));
    checkChoice(problems, child(at(path, index), 'status'), status, statuses);
  }
}

function checkExitCodes(
  problems: Problems,
  path: string,
  { containerName, operator, values = [] }: ExitCodes,
  names: ReadonlySet<string>,
): void {
  checkChoice(problems, child(path, 'operator'), operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.has(containerName))
    problems.invalid(
      child(path, 'containerName'),
      containerName,
      'must be one of the container or initContainer names in the pod template',
    );
  const place = child(path, 'values');
  const inGo = new Written(`[]int32{${values.join(', ')}}`);
  if (values.length === 0) problems.invalid(place, inGo, 'at least one value is required');
  else if (values.length > exitCodesMax) problems.tooMany(place, values.length, exitCodesMax);
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      problems.invalid(at(place, index), value, 'must not be 0 for the In operator');
    if (values.indexOf(value) < index) problems.duplicate(at(place, index), value);
  }
  if (values.some((value, index) => index > 0 && values[index - 1] > value))
    problems.invalid(place, inGo, 'must be ordered');
}

function checkSuccessPolicy(
  problems: Problems,
  path: string,
  rules: readonly SuccessRule[],
  completions: number,
): void {
  if (rules.length === 0)
    problems.required(path, 'at least one rules must be specified when the successPolicy is specified');
  if (rules.length > rulesMax) problems.tooMany(path, rules.length, rulesMax);
  for (const [index, rule] of rules.entries()) checkSuccessRule(problems, at(path, index), rule, completions);
}

function checkSuccessRule(
  problems: Problems,
  path: string,
  { succeededIndexes, succeededCount }: SuccessRule,
  completions: number,
): void {
  if (succeededIndexes === undefined && succeededCount === undefined)
    problems.required(path, 'at least one of succeededCount or succeededIndexes must be specified');
  let named: number | null = null;
  if (succeededIndexes !== undefined) {
    const place = child(path, 'succeededIndexes');
    if (succeededIndexes.length > indexTextBytesMax) problems.tooLong(place, indexTextBytesMax);
    const read = countIndexes(succeededIndexes, completions);
    named = typeof read === 'number' ? read : 0;
    if (typeof read === 'string')
      problems.invalid(place, succeededIndexes, `error parsing succeededIndexes: ${read}`);
  }
  if (succeededCount === undefined) return;
  const place = child(path, 'succeededCount');
  const bound = (max: number, of: string) =>
    problems.invalid(place, succeededCount, `must be less than or equal to ${max} (the number of ${of})`);
  problems.nonNegative(place, succeededCount);
  if (succeededCount > completions) bound(completions, 'specified completions');
  if (named !== null && succeededCount > named)
    bound(named, 'indexes in the specified succeededIndexes field');
}

/** How many indexes a text such as `0,3-5` names, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let last = -1;
  let total = 0;
  for (const interval of text.split(',')) {
    const ends = interval.split('-');
    if (ends.length > 2)
      return `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const end of ends) {
      if (!/^\+?\d+$/.test(end)) return `cannot convert string to integer for index: ${JSON.stringify(end)}`;
      if (Number(end) >= completions) return `too large index: ${JSON.stringify(end)}`;
      if (last >= Number(end)) return `non-increasing order, previous: ${last}, current: ${Number(end)}`;
      last = Number(end);
    }
    total += ends.length === 1 ? 1 : last - Number(ends[0]) + 1;
  }
  return total;
}
