/** Fidelity: `intstr.GetScaledValueFromIntOrPercent` of apimachinery 1.32. */
import type { IntOrString } from './meta.ts';

/** Null: no percentage. */
const percents = new Map<string, number | null>();
const percentsKept = 1000;

/** A number as it is, a percentage (`25%`) of the total rounded up or down; null when it is neither. */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number | null {
  if (typeof value === 'number') return value;
  let percent = percents.get(value);
  if (percent === undefined) {
    const match = /^([+-]?\d+)%$/.exec(value);
    percent = match === null ? null : Number(match[1]);
    if (percents.size < percentsKept) percents.set(value, percent);
  }
  if (percent === null) return null;
  const share = (percent * total) / 100;
  // Adding zero turns a negative zero into the zero that everybody expects.
  return (roundUp ? Math.ceil(share) : Math.floor(share)) + 0;
}
