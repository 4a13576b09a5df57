/**
 * Fidelity: the scheduling queue of kube-scheduler 1.32 (backend/queue): pods to try now by priority and then by the time since which they
 * wait; pods that back off (1 s doubling to 10 s, looked through every second); pods that did not fit, which wait for an event that may
 * help, or for 5 minutes (looked through every 30 s); and pods behind scheduling gates.
 */
import type { Engine } from '../../../../engine/engine.ts';
import type { Pod } from '../../objects/pod.ts';
import type { FilterPlugin } from '../diagnosis.ts';
import type { PodGroup } from '../pod-group.ts';
import { type HeapItem, PodHeap } from './pod-heap.ts';

const initialBackoffMicros = 1_000_000;
const backoffMicrosMax = 10_000_000;
const flushBackoffMicros = 1_000_000;
const flushUnschedulableMicros = 30_000_000;
const unschedulableMicrosMax = 300_000_000;

/** How long a pod waits after so many attempts, in microseconds. */
export function backoffMicros(attempts: number): number {
  let duration = initialBackoffMicros;
  for (let doubling = 1; doubling < attempts; doubling++) {
    if (duration > backoffMicrosMax - duration) return backoffMicrosMax;
    duration += duration;
  }
  return duration;
}

type Place = 'active' | 'backoff' | 'unschedulable' | 'gated' | 'none';

/** A pod that wants a node. */
export interface PendingPod extends HeapItem {
  pod: Pod;
  group: PodGroup;
  readonly order: number;
  /** Since when it waits where it is, in microseconds of virtual time. */
  timestamp: number;
  attempts: number;
  backoffUntil: number;
  place: Place;
  /** Who turned it down; empty: anything may help. */
  plugins: ReadonlySet<FilterPlugin>;
}

function isGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0;
}

export interface QueueParts {
  readonly engine: Engine;
  /** There is a pod to try. */
  readonly wake: () => void;
  /** Nothing waits before the run begins. */
  readonly instant: () => boolean;
}

export class SchedulingQueue {
  readonly #parts: QueueParts;
  readonly #pending = new Map<string, PendingPod>();
  readonly #active = new PodHeap<PendingPod>((a, b) => {
    const byPriority = b.group.demand.priority - a.group.demand.priority;
    if (byPriority !== 0) return byPriority < 0;
    return a.timestamp < b.timestamp || (a.timestamp === b.timestamp && a.order < b.order);
  });
  readonly #backoff = new PodHeap<PendingPod>(
    (a, b) => a.backoffUntil < b.backoffUntil || (a.backoffUntil === b.backoffUntil && a.order < b.order),
  );
  readonly #unschedulable = new Set<PendingPod>();
  readonly #flushBackoffHandler: number;
  readonly #flushUnschedulableHandler: number;
  #flushesBackoff = false;
  #flushesUnschedulable = false;
  #order = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { engine } = parts;
    this.#flushBackoffHandler = engine.register('kubernetes/scheduler/flush-backoff', () =>
      this.#flushBackoff(),
    );
    this.#flushUnschedulableHandler = engine.register('kubernetes/scheduler/flush-unschedulable', () =>
      this.#flushUnschedulable(),
    );
  }

  /** Pods by where they wait. */
  get sizes(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#unschedulable.size,
    };
  }

  get(uid: string): PendingPod | undefined {
    return this.#pending.get(uid);
  }

  /** All that wait, in no particular order. */
  pending(): Iterable<PendingPod> {
    return this.#pending.values();
  }

  unschedulable(): Iterable<PendingPod> {
    return this.#unschedulable;
  }

  add(pod: Pod, group: PodGroup): PendingPod {
    const entry: PendingPod = {
      at: -1,
      pod,
      group,
      order: ++this.#order,
      timestamp: this.#parts.engine.now,
      attempts: 0,
      backoffUntil: 0,
      place: 'none',
      plugins: new Set(),
    };
    this.#pending.set(pod.metadata.uid, entry);
    if (isGated(pod)) entry.place = 'gated';
    else this.#activate(entry);
    return entry;
  }

  /** The pod has changed; `helps`: what changed may let it fit now. */
  update(entry: PendingPod, pod: Pod, group: PodGroup, helps: boolean): void {
    const { place } = entry;
    if (place === 'active') this.#active.remove(entry);
    entry.pod = pod;
    entry.group = group;
    if (place === 'active') this.#active.push(entry);
    else if (place === 'gated' && !isGated(pod)) this.#activate(entry);
    else if (place === 'unschedulable' && helps) this.requeue(entry);
  }

  remove(uid: string): void {
    const entry = this.#pending.get(uid);
    if (entry === undefined) return;
    this.#leave(entry);
    this.#pending.delete(uid);
  }

  /** The next pod to try; it is in no queue until it is put back. */
  pop(): PendingPod | undefined {
    const entry = this.#active.pop();
    if (entry === undefined) return undefined;
    entry.place = 'none';
    entry.attempts++;
    return entry;
  }

  get hasActive(): boolean {
    return this.#active.size > 0;
  }

  /** It did not fit: it waits for something to happen. */
  reject(entry: PendingPod, plugins: ReadonlySet<FilterPlugin>): void {
    const { engine } = this.#parts;
    entry.plugins = plugins;
    entry.timestamp = engine.now;
    entry.backoffUntil = engine.now + backoffMicros(entry.attempts);
    entry.place = 'unschedulable';
    this.#unschedulable.add(entry);
    if (this.#flushesUnschedulable) return;
    this.#flushesUnschedulable = true;
    this.#later(
      this.#flushUnschedulableHandler,
      entry.timestamp + unschedulableMicrosMax,
      flushUnschedulableMicros,
    );
  }

  /** Something went wrong that was not the pod's fault: it is tried again after its back-off. */
  retry(entry: PendingPod): void {
    const { engine } = this.#parts;
    this.#pending.set(entry.pod.metadata.uid, entry);
    entry.timestamp = engine.now;
    entry.backoffUntil = engine.now + backoffMicros(entry.attempts);
    this.requeue(entry);
  }

  /** Tries an unschedulable pod again: now, or when it has backed off. */
  requeue(entry: PendingPod): void {
    const { engine, instant } = this.#parts;
    this.#leave(entry);
    if (instant() || entry.backoffUntil <= engine.now) {
      this.#activate(entry);
      return;
    }
    entry.place = 'backoff';
    this.#backoff.push(entry);
    if (this.#flushesBackoff) return;
    this.#flushesBackoff = true;
    this.#later(this.#flushBackoffHandler, entry.backoffUntil, flushBackoffMicros);
  }

  #activate(entry: PendingPod): void {
    entry.place = 'active';
    this.#active.push(entry);
    this.#parts.wake();
  }

  #leave(entry: PendingPod): void {
    if (entry.place === 'active') this.#active.remove(entry);
    else if (entry.place === 'backoff') this.#backoff.remove(entry);
    else if (entry.place === 'unschedulable') this.#unschedulable.delete(entry);
    entry.place = 'none';
  }

  /** Upstream looks at every tick; here an event is made for the first tick that finds something. */
  #later(handler: number, due: number, period: number): void {
    const { engine } = this.#parts;
    const at = Math.max(Math.ceil(due / period) * period, Math.floor(engine.now / period) * period + period);
    engine.after(at - engine.now, handler, 0, 0);
  }

  #flushBackoff(): void {
    const { now } = this.#parts.engine;
    for (let first = this.#backoff.peek(); first !== undefined; first = this.#backoff.peek()) {
      if (first.backoffUntil > now) {
        this.#later(this.#flushBackoffHandler, first.backoffUntil, flushBackoffMicros);
        return;
      }
      this.#backoff.remove(first);
      this.#activate(first);
    }
    this.#flushesBackoff = false;
  }

  #flushUnschedulable(): void {
    const { now } = this.#parts.engine;
    let next = Infinity;
    for (const entry of [...this.#unschedulable])
      if (now - entry.timestamp >= unschedulableMicrosMax) this.requeue(entry);
      else next = Math.min(next, entry.timestamp);
    this.#flushesUnschedulable = this.#unschedulable.size > 0;
    if (this.#flushesUnschedulable)
      this.#later(this.#flushUnschedulableHandler, next + unschedulableMicrosMax, flushUnschedulableMicros);
  }
}
