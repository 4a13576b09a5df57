import type { Check } from '../check.ts';
import type { Path } from '../place.ts';
import { didYouMean } from '../suggest.ts';
import { checkLabels, checkName, labelValue, portName, qualifiedName } from './names.ts';
import type { IntOrString, LabelSelector, Labels } from './types.ts';

/** Rules that several kinds share, after Kubernetes 1.32 (the validation packages under `pkg/apis`), with its field paths. */

/** A word that must be one of a few. */
export function checkChoice(
  check: Check,
  path: Path,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value === undefined || allowed.includes(value)) return;
  const guess = didYouMean(value, allowed);
  check.error(
    'wrong-value',
    path,
    `"${value.slice(0, 60)}" is none of ${allowed.join(', ')}.`,
    guess === '' ? `Use one of them.` : guess,
  );
}

/** A whole number between two bounds. */
export function checkBounds(
  check: Check,
  path: Path,
  value: number | undefined,
  bounds: { min: number; max?: number },
): void {
  if (value === undefined) return;
  const { min, max } = bounds;
  if (value < min || (max !== undefined && value > max))
    check.error(
      'out-of-range',
      path,
      `${path.at(-1)} must be ${max === undefined ? `at least ${min}` : `between ${min} and ${max}`}, not ${value}.`,
    );
}

export function checkPort(check: Check, path: Path, port: IntOrString | undefined): void {
  if (typeof port === 'string') checkName(check, path, port, portName);
  else checkBounds(check, path, port, { min: 1, max: 65_535 });
}

/** A count, or a percentage such as `25%`. */
export function checkIntOrPercent(
  check: Check,
  path: Path,
  value: IntOrString | undefined,
  most: { percent: number } = { percent: 100 },
): void {
  if (value === undefined) return;
  if (typeof value === 'number') {
    checkBounds(check, path, value, { min: 0 });
    return;
  }
  const percent = /^(\d{1,9})%$/.exec(value);
  if (percent === null)
    check.error(
      'bad-notation',
      path,
      `${path.at(-1)} must be a whole number or a percentage, not "${value.slice(0, 60)}".`,
      'Write it like 2 or "25%".',
    );
  else if (Number(percent[1]) > most.percent)
    check.error('out-of-range', path, `${path.at(-1)} must be at most ${most.percent}%, not ${value}.`);
}

export function checkSelector(check: Check, path: Path, selector: LabelSelector | undefined): void {
  checkLabels(check, [...path, 'matchLabels'], selector?.matchLabels);
  selector?.matchExpressions?.forEach((expression, index) => {
    const at = [...path, 'matchExpressions', index];
    checkName(check, [...at, 'key'], expression?.key, qualifiedName);
    checkChoice(check, [...at, 'operator'], expression?.operator, ['In', 'NotIn', 'Exists', 'DoesNotExist']);
    const values = expression?.values ?? [];
    const operator = expression?.operator ?? '';
    if (['In', 'NotIn'].includes(operator) && values.length === 0)
      check.error('missing-field', at, `${operator} needs values.`, 'Add values.');
    if (['Exists', 'DoesNotExist'].includes(operator) && values.length > 0)
      check.error('exclusive-fields', [...at, 'values'], `${operator} takes no values.`, 'Remove them.');
    values.forEach((value, position) => {
      checkName(check, [...at, 'values', position], value, labelValue);
    });
  });
}

/** Whether labels satisfy a selector; one without conditions satisfies nothing. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const has = (key: string) => Object.hasOwn(labels, key);
  const exact = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  if (exact.length + expressions.length === 0) return false;
  return (
    exact.every(([key, value]) => has(key) && labels[key] === value) &&
    expressions.every(({ key = '', operator, values = [] }) => {
      if (operator === 'Exists') return has(key);
      if (operator === 'DoesNotExist') return !has(key);
      const listed = has(key) && values.includes(labels[key]);
      return operator === 'NotIn' ? !listed : listed;
    })
  );
}
