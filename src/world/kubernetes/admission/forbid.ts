/** Fidelity: how admission plugins refuse (`admission.NewForbidden`, apiserver 1.32). */

import type { AdmissionRequest } from '../store/api.ts';
import { forbidden, type Outcome } from '../store/failure.ts';

export function forbid({ type, object }: AdmissionRequest, why: string): Outcome<never> {
  return forbidden(type, object.metadata.name, why);
}

/** Several reasons as one, as `utilerrors.NewAggregate` joins them. */
export function joined(reasons: readonly string[]): string {
  const distinct = [...new Set(reasons)];
  return distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`;
}
