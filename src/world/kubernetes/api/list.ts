/**
 * Fidelity: lists (apiserver registry/generic and storage/etcd3, 1.32): in the order of keys, at the present revision or an earlier
 * one that is still known, in parts that all show the same revision; 410 Expired with a token to go on regardless once that
 * has been forgotten.
 */
import type { KubeObject } from '../objects/meta.ts';
import { type ResourceType, resourceName } from '../objects/resource-types.ts';
import { done, type Outcome, refuse } from '../store/failure.ts';
import { continueToken, readContinueToken } from './continuation.ts';
import type { History } from './history.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import type { Selection } from './selection.ts';
import type { Source } from './sources.ts';
import { badRequest, refusal } from './status.ts';

export interface ListPart {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  readonly continueToken: string | null;
  /** Null: unknown, or nothing remains. */
  readonly remaining: number | null;
}

interface Wanted {
  readonly revision: number;
  /** After this key. */
  readonly after: string | null;
  readonly limit: number;
}

export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function compareKeys(a: KubeObject, b: KubeObject): number {
  if (a.metadata.namespace === b.metadata.namespace) return a.metadata.name < b.metadata.name ? -1 : 1;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

const snapshotsKept = 8;

/** Lists of one cluster's resources. */
export class Lists {
  readonly #history: History;
  /** Sorted objects by resource, namespace and revision, so that the parts of a list are sorted once. */
  readonly #snapshots = new Map<string, readonly KubeObject[]>();

  constructor(history: History) {
    this.#history = history;
  }

  /** A list or a part of one; a response that refuses it. */
  list(
    request: ApiRequest,
    type: ResourceType,
    source: Source | undefined,
    selection: Selection,
  ): ListPart | ApiResponse {
    const wanted = this.#wanted(request);
    if (!wanted.ok) return refusal(wanted.failure);
    const { revision, after, limit } = wanted.value;
    if (revision >= 0 && source === undefined && revision < this.#history.oldest)
      return after === null
        ? refusal(expired(revision, this.#history.oldest).failure)
        : this.#expiredPart(after);
    const at = revision < 0 ? this.#history.revision : revision;
    const sorted =
      source === undefined
        ? this.#snapshot(type, selection.namespace, at)
        : source.list(selection.namespace).sort(compareKeys);
    return part(sorted, { revision: at, after, limit }, selection);
  }

  /** All objects that a selection means now. */
  present(type: ResourceType, source: Source | undefined, selection: Selection): readonly KubeObject[] {
    const all =
      source === undefined
        ? this.#snapshot(type, selection.namespace, this.#history.revision)
        : source.list(selection.namespace).sort(compareKeys);
    return selection.all ? all : all.filter(selection.matches);
  }

  #wanted({ query }: ApiRequest): Outcome<Wanted> {
    const version = query['resourceVersion'] ?? '';
    const match = query['resourceVersionMatch'] ?? '';
    const limit = Number(query['limit'] ?? 0);
    if (!Number.isSafeInteger(limit) || limit < 0)
      return badRequest(`limit: Invalid value: "${query['limit']}": must be a non-negative integer`);
    const token = query['continue'] ?? '';
    if (token !== '') return this.#continued(token, version, match, limit);
    const versioned = revisionOf(version, match);
    if (!versioned.ok) return versioned;
    const { revision } = this.#history;
    if (versioned.value > revision) return tooLarge(versioned.value, revision);
    return done({ revision: match === 'Exact' ? versioned.value : revision, after: null, limit });
  }

  #continued(token: string, version: string, match: string, limit: number): Outcome<Wanted> {
    if (version !== '' && version !== '0')
      return badRequest('specifying resource version is not allowed when using continue');
    if (match !== '') return badRequest('resourceVersionMatch is forbidden when continue is provided');
    const continuation = readContinueToken(token);
    if (continuation === null || continuation.revision > this.#history.revision)
      return badRequest('continue key is not valid: the server could not read it');
    return done({ ...continuation, limit });
  }

  #expiredPart(after: string): ApiResponse {
    const token = continueToken({ revision: -1, after });
    return refusal(tooOldPart.failure, { continue: token });
  }

  #snapshot(type: ResourceType, namespace: string | undefined, revision: number): readonly KubeObject[] {
    const key = `${resourceName(type)}/${namespace ?? ''}/${revision}`;
    const known = this.#snapshots.get(key);
    if (known !== undefined) return known;
    const sorted = this.#history.stateAt(type, revision, namespace).sort(compareKeys);
    this.#snapshots.set(key, sorted);
    if (this.#snapshots.size > snapshotsKept) this.#snapshots.delete(this.#snapshots.keys().next().value!);
    return sorted;
  }
}

function part(
  sorted: readonly KubeObject[],
  { revision, after, limit }: Wanted,
  selection: Selection,
): ListPart {
  const begin = after === null ? 0 : firstAfter(sorted, after);
  if (limit === 0) {
    const rest = begin === 0 ? sorted : sorted.slice(begin);
    const objects = selection.all ? rest : rest.filter(selection.matches);
    return { objects, revision, continueToken: null, remaining: null };
  }
  const objects: KubeObject[] = [];
  let at = begin;
  for (; at < sorted.length && objects.length < limit; at++)
    if (selection.matches(sorted[at])) objects.push(sorted[at]);
  const more = sorted.slice(at).some(selection.matches);
  return {
    objects,
    revision,
    continueToken: more ? continueToken({ revision, after: keyOf(objects.at(-1)!) }) : null,
    remaining: more && selection.all ? sorted.length - at : null,
  };
}

function firstAfter(sorted: readonly KubeObject[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(sorted[middle]) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The revision that `resourceVersion` names, 0 for any; `match` says how. */
export function revisionOf(version: string, match: string): Outcome<number> {
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan')
    return badRequest(
      `resourceVersionMatch: Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
    );
  if (version === '')
    return match === ''
      ? done(0)
      : badRequest(
          'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
        );
  if (!/^\d{1,15}$/.test(version))
    return badRequest(`resourceVersion: Invalid value: "${version}": invalid resource version`);
  if (match === 'Exact' && Number(version) === 0)
    return badRequest(
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  return done(Number(version));
}

export function expired(revision: number, oldest: number) {
  return refuse('Expired', `too old resource version: ${revision} (${oldest})`);
}

const tooOldPart = refuse(
  'Expired',
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
);

export function tooLarge(wanted: number, present: number) {
  return refuse('Timeout', `Too large resource version: ${wanted}, current: ${present}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
