import { canonicalJson, hashText } from '../base/hash.ts';
import type { Model } from '../model/model.ts';

/** A hash over everything of a model that can change a run; notes, sources and drawings are left out. */
export function modelHash(model: Model): string {
  const { inferences: _i, diagnostics: _d, annotations: _a, description: _t, ...decisive } = model;
  return hashText(canonicalJson(decisive));
}
