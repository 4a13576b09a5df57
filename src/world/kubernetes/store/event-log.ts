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
  readonly fieldPath?: string;
}

export const eventsKept = 200_000;

export class EventLog {
  readonly #clock: Clock;
  readonly #store: Store;
  /** By what makes two events the same; in the order of their last occurrence. */
  readonly #records = new Map<string, EventRecord>();
  readonly #observers: ((record: EventRecord, isNew: boolean) => void)[] = [];
  #lastId = 0;

  /** Events take their resourceVersions from the store's sequence. */
  constructor(clock: Clock, store: Store) {
    this.#clock = clock;
    this.#store = store;
  }

  record(regarding: KubeObject, event: EventInput): void {
    const { name, namespace = 'default', uid } = regarding.metadata;
    const key = `${uid}/${event.component}/${event.reason}/${event.message}`;
    const known = this.#records.get(key);
    const now = this.#clock.nowMicros;
    if (known !== undefined && now - known.lastMicros < microsPerHour) {
      this.#records.delete(key);
      known.count++;
      known.lastMicros = now;
      this.#keep(key, known, false);
      return;
    }
    const { type = 'Normal', reason, message, component, host = null, fieldPath } = event;
    const { apiVersion, kind } = regarding;
    const about = {
      apiVersion,
      kind,
      namespace,
      name,
      uid,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    };
    this.#keep(
      key,
      {
        id: ++this.#lastId,
        regarding: about,
        type,
        reason,
        message,
        component,
        host,
        firstMicros: now,
        lastMicros: now,
        count: 1,
        revision: 0,
      },
      true,
    );
  }

  /** Those of the last hour, oldest last occurrence first. */
  *list(): Generator<EventRecord, void, undefined> {
    const oldest = this.#clock.nowMicros - microsPerHour;
    for (const record of this.#records.values()) if (record.lastMicros > oldest) yield record;
  }

  /** Is told of each new or repeated event at once. */
  observe(observer: (record: EventRecord, isNew: boolean) => void): void {
    this.#observers.push(observer);
  }

  #keep(key: string, record: EventRecord, isNew: boolean): void {
    record.revision = ++this.#store.revision;
    this.#records.set(key, record);
    if (this.#records.size > eventsKept) this.#forgetOldest();
    for (const observer of this.#observers) observer(record, isNew);
  }

  #forgetOldest(): void {
    const oldest = this.#records.keys().next();
    if (oldest.done !== true) this.#records.delete(oldest.value);
  }
}
