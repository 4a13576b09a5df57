import { namesKind as isNameOf } from '../../../src/model/draft.ts';
import { explainField, kindList } from '../../../src/model/explain.ts';
import { childrenOf } from '../../../src/model/field.ts';
import { catalogue } from '../../../src/run/catalogue.ts';

/** A kind or a field path, and what it is. */
export interface KindCandidate {
  readonly value: string;
  readonly meaning: string;
}

/** Whether the text begins with the name of a kind, as `deploy`, `ServiceModel.spec` do. */
export function namesKind(text: string): boolean {
  const word = text.split(/[.[]/, 1)[0]!;
  return catalogue.kinds.some((kind) => isNameOf(kind, word));
}

/** What `explain` could be asked for next: kinds, or the fields of the path typed so far. */
export function kindCandidates(current: string): KindCandidate[] {
  const dot = current.lastIndexOf('.');
  if (dot < 0) {
    return kindList(catalogue.kinds)
      .filter(({ kind }) => kind.support !== 'none')
      .map(({ kind }) => ({ value: kind.kind, meaning: kind.summary }));
  }
  const owner = current.slice(0, dot);
  const found = explainField(catalogue.kinds, owner);
  if ('problem' in found) return [];
  return childrenOf(found.value.field).map((field) => ({
    value: `${owner}.${field.name}`,
    meaning: field.description.split('\n')[0]!,
  }));
}
