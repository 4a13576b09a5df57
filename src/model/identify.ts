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

  /** Groups of the project's own kinds. */
  get ownGroups(): string[] {
    return [...new Set(this.all.filter((kind) => kind.own).map((kind) => kind.group))];
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

  /**
   * Whether an apiVersion and kind were meant for the project's own group: they name it, or all but; or they name one of
   * its kinds in a group that is much like it.
   */
  isMeantAsOwn({ apiVersion, kind }: Identity): boolean {
    if (this.isOwnGroup(apiVersion)) return true;
    const at = apiVersion.lastIndexOf('/');
    const group = apiVersion.slice(0, Math.max(0, at));
    if (this.all.some((each) => each.group === group && group !== '')) return false;
    if (group !== '' && nearest(group, this.ownGroups) !== null) return true;
    const akin = group === '' ? !this.#isCoreVersion(apiVersion) : /devops|\bsim\b/i.test(group);
    return akin && this.ownNames.includes(kind);
  }

  /** The own kind that was most likely meant by a kind that nobody has. */
  ownMeant(identity: Identity): Kind | null {
    if (!this.isMeantAsOwn(identity)) return null;
    const name = nearest(identity.kind, this.ownNames);
    return this.all.find((kind) => kind.own && kind.kind === name) ?? null;
  }

  #isCoreVersion(apiVersion: string): boolean {
    return this.all.some((kind) => kind.group === '' && kind.version === apiVersion);
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
  /** It says another kind or version; this is the one that was most likely meant, so that its content is judged too. */
  readonly mistaken: boolean;
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
    if (kind !== null) found.push({ draft, kind, identity, mistaken: false });
    else if (identity.kind === '' || identity.apiVersion === '') {
      reportNoKind(draft, identity, context.diagnostics);
      const named = kinds.all.find((each) => each.own && each.kind === identity.kind);
      if (named !== undefined) found.push(mistaken(draft, named));
      else context.lost.push({ kind: identity.kind || null, name: identity.name || null });
    } else {
      const meant = kinds.ownMeant(identity);
      if (meant !== null) found.push(mistaken(draft, meant));
      else if (kinds.isMeantAsOwn(identity)) context.lost.push({ kind: null, name: identity.name || null });
      const key = `${identity.apiVersion} ${identity.kind}`;
      const seen = unknown.get(key);
      if (seen === undefined) unknown.set(key, { first: draft, count: 1 });
      else seen.count++;
    }
  }
  for (const { first, count } of unknown.values()) reportUnknown(first, count, { kinds, ...context });
  return found;
}

/** The document as if it named the kind that was meant. */
function mistaken(draft: Draft, kind: Kind): Identified {
  const value = { ...draft.value, apiVersion: apiVersionOf(kind), kind: kind.kind };
  return { draft: { ...draft, value }, kind, identity: identityOf(value), mistaken: true };
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
  const own = context.kinds.isMeantAsOwn({ apiVersion, kind, namespace, name });
  const ofOurs = context.kinds.isOwnGroup(apiVersion);
  const others = count === 1 ? '' : ` (${count} documents)`;
  const where = {
    remedy: own ? ownRemedy(kind, context.kinds) : unknownRemedy(kind, context.kinds.all),
    resource: resourceId(kind, namespace, name),
    path: own && !ofOurs ? 'apiVersion' : 'kind',
    position: own && !ofOurs ? positionOf(draft.place, ['apiVersion']) : keyPositionOf(draft.place, ['kind']),
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
