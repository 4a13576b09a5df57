import type { Diagnostics } from '../base/diagnostics.ts';
import { type Draft, type Identity, identityOf } from './draft.ts';
import { apiVersionOf, type Kind } from './kind.ts';
import type { Lost } from './lost.ts';
import { keyPositionOf, positionOf } from './place.ts';
import { resourceId } from './resource.ts';
import { nearest } from './suggest.ts';

/** Kinds by apiVersion and kind. */
export class KindIndex {
  readonly all: readonly Kind[];
  readonly #byName = new Map<string, Kind>();

  constructor(kinds: readonly Kind[]) {
    this.all = kinds;
    for (const kind of kinds) this.#byName.set(`${apiVersionOf(kind)} ${kind.kind}`, kind);
  }

  /** Names of the project's own kinds. */
  get ownNames(): string[] {
    return this.all.filter((kind) => kind.own).map((kind) => kind.kind);
  }

  /** Whether an apiVersion belongs to the group of the project's own kinds, whatever the version. */
  isOwnGroup(apiVersion: string): boolean {
    const group = apiVersion.split('/')[0];
    return this.all.some((kind) => kind.own && kind.group === group);
  }

  /** Whether another project has a kind of the same name that is read: resources are looked up by kind alone. */
  isShadowed(kind: Kind): boolean {
    return this.all.some(
      (other) => other.kind === kind.kind && other.group !== kind.group && other.support === 'full',
    );
  }

  find(identity: Identity): Kind | null {
    return this.#byName.get(`${identity.apiVersion} ${identity.kind}`) ?? null;
  }
}

/** A document whose kind is known. */
export interface Identified {
  readonly draft: Draft;
  readonly kind: Kind;
  readonly identity: Identity;
}

/**
 * What each document is. Unknown kinds are reported once each and left out; what says no kind is lost, and so is a kind
 * that the project's own group does not have: it was meant for the simulator.
 */
export function identify(
  drafts: readonly Draft[],
  kinds: KindIndex,
  context: { diagnostics: Diagnostics; strict: boolean; lost: Lost[] },
): Identified[] {
  const found: Identified[] = [];
  const unknown = new Map<string, { first: Draft; count: number }>();
  for (const draft of drafts) {
    const identity = identityOf(draft.value);
    const kind = kinds.find(identity);
    if (kind !== null) found.push({ draft, kind, identity });
    else if (identity.kind === '' || identity.apiVersion === '') {
      reportNoKind(draft, identity, context.diagnostics);
      context.lost.push({ kind: identity.kind || null, name: identity.name || null });
    } else {
      if (kinds.isOwnGroup(identity.apiVersion))
        context.lost.push({ kind: nearest(identity.kind, kinds.ownNames), name: identity.name || null });
      const key = `${identity.apiVersion} ${identity.kind}`;
      const seen = unknown.get(key);
      if (seen === undefined) unknown.set(key, { first: draft, count: 1 });
      else seen.count++;
    }
  }
  for (const { first, count } of unknown.values()) reportUnknown(first, count, { kinds, ...context });
  return found;
}

function reportNoKind(draft: Draft, identity: Identity, diagnostics: Diagnostics): void {
  const lacking = identity.kind === '' ? 'kind' : 'apiVersion';
  const written = draft.value[lacking] !== undefined;
  const compose = 'services' in draft.value && identity.apiVersion === '';
  diagnostics.error(
    'not-a-resource',
    written ? `${lacking} must be a text.` : `The document has no ${lacking}, so it is no Kubernetes object.`,
    {
      remedy: compose
        ? 'This looks like a Compose file; kompose turns it into manifests.'
        : 'Add apiVersion and kind, or leave the file out. Charts and overlays must be rendered first: helm template, kustomize build.',
      position: positionOf(draft.place, written ? [lacking] : []),
    },
  );
}

function reportUnknown(
  draft: Draft,
  count: number,
  context: { kinds: KindIndex; diagnostics: Diagnostics; strict: boolean },
): void {
  const { apiVersion, kind, namespace, name } = identityOf(draft.value);
  const own = context.kinds.isOwnGroup(apiVersion);
  const others = count === 1 ? '' : ` (${count} documents)`;
  const where = {
    remedy: own ? ownRemedy(kind, context.kinds) : unknownRemedy(kind, context.kinds.all),
    resource: resourceId(kind, namespace, name),
    path: 'kind',
    position: keyPositionOf(draft.place, ['kind']),
  };
  const message = own
    ? `There is no kind ${kind} of ${apiVersion}${others}.`
    : `${kind} of ${apiVersion} is not known and is left out${others}.`;
  if (own || context.strict) context.diagnostics.error('unknown-kind', message, where);
  else context.diagnostics.warning('unknown-kind', message, where);
}

/** In the own group only an own kind can be meant. */
function ownRemedy(written: string, kinds: KindIndex): string {
  const own = kinds.all.filter((kind) => kind.own);
  const same = own.find(({ kind }) => kind === written);
  if (same !== undefined) return `Use apiVersion ${apiVersionOf(same)}.`;
  const near = nearest(written, kinds.ownNames);
  const meant = own.find(({ kind }) => kind === near);
  if (meant !== undefined) return `Did you mean ${meant.kind} of ${apiVersionOf(meant)}?`;
  return `Its kinds are ${kinds.ownNames.join(', ')}.`;
}

function unknownRemedy(kind: string, kinds: readonly Kind[]): string {
  const same = kinds.filter((each) => each.kind === kind && each.support !== 'none');
  if (same.length > 0) return `Use apiVersion ${same.map(apiVersionOf).join(' or ')}.`;
  const near = nearest(
    kind,
    kinds.map((each) => each.kind),
  );
  if (near !== null)
    return `Did you mean ${near} of ${apiVersionOf(kinds.find((each) => each.kind === near)!)}?`;
  return `Nothing of it is simulated. \`devops-sim explain\` lists the kinds that are.`;
}
