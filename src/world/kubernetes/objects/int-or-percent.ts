/** Fidelity: `intstr.GetScaledValueFromIntOrPercent` of apimachinery 1.32. */
import type { IntOrString } from './meta.ts';

/** A number as it is, a percentage (`25%`) of the total rounded up or down; null when it is neither. */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number | null {
  if (typeof value === 'number') return value;
  const match = /^(\d+)%$/.exec(value);
  if (match === null) return null;
  const share = (Number(match[1]) * total) / 100;
  return roundUp ? Math.ceil(share) : Math.floor(share);
}
