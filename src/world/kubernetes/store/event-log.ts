/**
 * Fidelity: Events (core/v1) as client-go's recorder and correlator make them (1.32): a repeated event counts up instead
 * of becoming another, and an hour after the last time it is forgotten. Kept as records, made into objects for who asks.
 * Simplified: no aggregation of similar messages, no limit per source; of the oldest beyond `eventsKept` nothing is known.
 */
import { microsPerHour } from '../../../base/time.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { Clock } from './clock.ts';
import type { Store } from './store.ts';

export interface EventRecord {
  readonly id: number;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly fieldPath?: string;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** The node of a kubelet's event. */
  readonly host: string | null;
  readonly firstMicros: number;
  lastMicros: number;
  count: number;
  revision: number;
}

export interface EventInput {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly host?: string;
  readonly fieldPath?: string | undefined;
}

export const eventsKept = 200_000;
/** An object with more records than this finds them by a key. */
const recordsInList = 8;

/** A record with its neighbours in the order of last occurrence. */
interface Kept extends EventRecord {
  readonly about: Subject;
  before: Kept | null;
  after: Kept | null;
}

/** What is known of one object. */
class Subject {
  readonly regarding: EventRecord['regarding'];
  /** Until there are many. */
  records: Kept[] = [];
  byKey: Map<string, Kept> | null = null;
  /** The same object as the last record about a part of it named it. */
  #part: EventRecord['regarding'] | null = null;

  constructor({ apiVersion, kind, metadata }: KubeObject) {
    const { namespace = 'default', name, uid } = metadata;
    this.regarding = { apiVersion, kind, namespace, name, uid };
  }

  partAt(fieldPath: string | undefined): EventRecord['regarding'] {
    if (fieldPath === undefined) return this.regarding;
    if (this.#part?.fieldPath !== fieldPath) this.#part = { ...this.regarding, fieldPath };
    return this.#part;
  }

  find(event: EventInput): Kept | undefined {
    if (this.byKey !== null) return this.byKey.get(keyOf(event));
    for (const record of this.records)
      if (
        record.reason === event.reason &&
        record.component === event.component &&
        record.message === event.message
      )
        return record;
    return undefined;
  }

  add(record: Kept): void {
    if (this.byKey !== null) this.byKey.set(keyOf(record), record);
    else if (this.records.push(record) > recordsInList) {
      this.byKey = new Map(this.records.map((each) => [keyOf(each), each]));
      this.records = [];
    }
  }

  /** Whether anything is left. */
  remove(record: Kept): boolean {
    if (this.byKey === null) this.records.splice(this.records.indexOf(record), 1);
    else this.byKey.delete(keyOf(record));
    return this.records.length > 0 || (this.byKey?.size ?? 0) > 0;
  }
}

/** What makes two events about one object the same. */
function keyOf({ component, reason, message }: EventInput | EventRecord): string {
  return `${component}/${reason}/${message}`;
}

export class EventLog {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #subjects = new Map<string, Subject>();
  /** The ends of the list of records: that which last occurred longest ago, and the latest. */
  #oldest: Kept | null = null;
  #latest: Kept | null = null;
  #size = 0;
  readonly #observers: ((record: EventRecord, isNew: boolean) => void)[] = [];
  #lastId = 0;

  /** Events take their resourceVersions from the store's sequence. */
  constructor(clock: Clock, store: Store) {
    this.#clock = clock;
    this.#store = store;
  }

  record(regarding: KubeObject, event: EventInput): void {
    const subject = this.#subjectOf(regarding);
    const known = subject.find(event);
    const now = this.#clock.nowMicros;
    if (known !== undefined && now - known.lastMicros < microsPerHour) {
      this.#unlink(known);
      known.count++;
      known.lastMicros = now;
      this.#keep(known, false);
      return;
    }
    if (known !== undefined) this.#forget(known);
    const made = this.#made(subject, event, now);
    subject.add(made);
    this.#subjects.set(subject.regarding.uid, subject);
    this.#keep(made, true);
  }

  /** Those of the last hour, oldest last occurrence first. */
  *list(): Generator<EventRecord, void, undefined> {
    const oldest = this.#clock.nowMicros - microsPerHour;
    for (let record = this.#oldest; record !== null; record = record.after)
      if (record.lastMicros > oldest) yield record;
  }

  /** Is told of each new or repeated event at once. */
  observe(observer: (record: EventRecord, isNew: boolean) => void): void {
    this.#observers.push(observer);
  }

  #subjectOf(object: KubeObject): Subject {
    const { uid } = object.metadata;
    // What has just happened to something is often followed by more.
    if (this.#latest?.about.regarding.uid === uid) return this.#latest.about;
    let subject = this.#subjects.get(uid);
    if (subject === undefined) {
      subject = new Subject(object);
      this.#subjects.set(uid, subject);
    }
    return subject;
  }

  #made(about: Subject, event: EventInput, now: number): Kept {
    const { type = 'Normal', reason, message, component, host = null, fieldPath } = event;
    return {
      id: ++this.#lastId,
      regarding: about.partAt(fieldPath),
      type,
      reason,
      message,
      component,
      host,
      firstMicros: now,
      lastMicros: now,
      count: 1,
      revision: 0,
      about,
      before: null,
      after: null,
    };
  }

  #keep(record: Kept, isNew: boolean): void {
    record.revision = ++this.#store.revision;
    record.before = this.#latest;
    if (this.#latest === null) this.#oldest = record;
    else this.#latest.after = record;
    this.#latest = record;
    if (++this.#size > eventsKept) this.#forget(this.#oldest!);
    for (const observer of this.#observers) observer(record, isNew);
  }

  #forget(record: Kept): void {
    this.#unlink(record);
    if (!record.about.remove(record)) this.#subjects.delete(record.about.regarding.uid);
  }

  #unlink(record: Kept): void {
    const { before, after } = record;
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#latest = before;
    else after.before = before;
    record.before = null;
    record.after = null;
    this.#size--;
  }
}
