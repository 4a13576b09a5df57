/**
 * Fidelity: watches (apiserver endpoints/handlers/watch.go and storage/cacher, 1.32): changes after a revision, first the present
 * objects when no revision is named or initial events are asked for; what a selector leaves is told as deleted. A
 * revision that has been forgotten ends the watch with 410 in the stream. Bookmarks come when much has changed elsewhere, so
 * that a client that comes back doesn't find its revision forgotten, and when the server ends the watch.
 */
import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf } from '../objects/resource-types.ts';
import type { Change } from '../store/store.ts';
import { changesKept, type History } from './history.ts';
import { expired, type Lists, revisionOf, tooLarge } from './list.ts';
import type { Presentation } from './presentation.ts';
import type { ApiRequest, ApiResponse, Stream } from './request.ts';
import type { Selection } from './selection.ts';
import type { Served } from './served-resource.ts';
import type { Source } from './sources.ts';
import { badRequest, refusal, statusOf } from './status.ts';

/** After so many revisions without anything for a client, it is told where it stands. */
const bookmarkEvery = changesKept / 10;

export interface WatchPlace {
  readonly history: History;
  readonly lists: Lists;
  readonly served: Served;
  readonly selection: Selection;
  readonly presentation: Presentation;
  /** Where objects come from when it isn't the store. */
  readonly source: Source | undefined;
  /** Changes after a revision that is still known. */
  readonly since: (revision: number) => readonly Change[];
}

interface Wishes {
  /** Null: only what changes from now on. */
  readonly revision: number | null;
  readonly initial: boolean;
  readonly bookmarks: boolean;
  /** Marks the end of the initial events. */
  readonly marked: boolean;
}

/** Starts a watch of what the store holds; the answer ends it, or refuses it. */
export function openWatch(
  request: ApiRequest,
  place: WatchPlace,
  stream: Stream,
): ApiResponse | (() => void) {
  const wishes = wishesOf(request, place.history);
  if (!('initial' in wishes)) return wishes;
  if (wishes.revision !== null && !wishes.initial && wishes.revision < place.history.oldest) {
    stream.send({ type: 'ERROR', object: statusOf(expired(wishes.revision, place.history.oldest).failure) });
    stream.end();
    return () => {};
  }
  const watch = new Watching(place, stream, wishes.bookmarks);
  watch.begin(wishes);
  return () => watch.end();
}

function wishesOf({ query }: ApiRequest, history: History): Wishes | ApiResponse {
  const version = query['resourceVersion'] ?? '';
  const match = query['resourceVersionMatch'] ?? '';
  const send = query['sendInitialEvents'];
  const bookmarks = isTrue(query['allowWatchBookmarks']);
  const refused = initialEventsProblem(send, match, bookmarks);
  if (refused !== null) return refusal(badRequest(refused).failure);
  const revision = revisionOf(version, send === undefined ? match : '');
  if (!revision.ok) return refusal(revision.failure);
  if (revision.value > history.revision) return refusal(tooLarge(revision.value, history.revision).failure);
  const unversioned = version === '' || version === '0';
  if (send === undefined)
    return { revision: unversioned ? null : revision.value, initial: unversioned, bookmarks, marked: false };
  const initial = isTrue(send);
  return { revision: initial || unversioned ? null : revision.value, initial, bookmarks, marked: initial };
}

function initialEventsProblem(send: string | undefined, match: string, bookmarks: boolean): string | null {
  if (send === undefined)
    return match === ''
      ? null
      : 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
  if (match !== 'NotOlderThan')
    return `resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`;
  if (isTrue(send) && !bookmarks)
    return 'allowWatchBookmarks: Forbidden: sendInitialEvents requires setting allowWatchBookmarks to true';
  return null;
}

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

class Watching {
  readonly #place: WatchPlace;
  readonly #stream: Stream;
  readonly #bookmarks: boolean;
  #unfollow: () => void = () => {};
  #first = true;
  #told: number;

  constructor(place: WatchPlace, stream: Stream, bookmarks: boolean) {
    this.#place = place;
    this.#stream = stream;
    this.#bookmarks = bookmarks;
    this.#told = place.history.revision;
  }

  begin({ initial, revision, marked }: Wishes): void {
    const { history, lists, served, selection, source, since } = this.#place;
    if (initial)
      for (const object of lists.present(served.type, source, selection)) this.#send('ADDED', object);
    else if (revision !== null) for (const change of since(revision)) this.#tell(change);
    this.#told = history.revision;
    if (marked) this.#bookmark({ 'k8s.io/initial-events-end': 'true' });
    this.#unfollow = history.follow(
      served.type,
      (change) => this.#tell(change),
      () => this.#elsewhere(),
    );
  }

  /** The server ends the watch; the client may go on from the bookmark. */
  end(): void {
    this.#unfollow();
    if (this.#bookmarks) this.#bookmark();
  }

  #tell(change: Change): void {
    const { selection } = this.#place;
    const { object, previous, kind } = change;
    if (selection.namespace !== undefined && object.metadata.namespace !== selection.namespace) return;
    const before = previous !== null && selection.matches(previous);
    const after = kind !== 'DELETED' && selection.matches(object);
    if (after) this.#send(before ? 'MODIFIED' : 'ADDED', object);
    else if (before) this.#send('DELETED', object);
  }

  #elsewhere(): void {
    if (this.#bookmarks && this.#place.history.revision - this.#told >= bookmarkEvery) this.#bookmark();
  }

  #send(type: Change['kind'], object: KubeObject): void {
    this.#stream.send({ type, object: this.#place.presentation.watched(object, this.#first) });
    this.#first = false;
    this.#told = this.#place.history.revision;
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { served, history } = this.#place;
    const metadata = {
      resourceVersion: String(history.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    this.#told = history.revision;
    this.#stream.send({
      type: 'BOOKMARK',
      object: { kind: served.type.kind, apiVersion: apiVersionOf(served), metadata },
    });
  }
}
