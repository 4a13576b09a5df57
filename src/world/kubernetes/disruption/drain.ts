/**
 * Fidelity: `kubectl drain` as an operator runs it (kubectl pkg/drain, 1.32): cordon, sort out, evict all pods at once, ask
 * again every 5 s where a budget refuses, and look every second whether each pod is gone. Its lines are kubectl's.
 */
import { formatDuration, microsPerSecond } from '../../../base/time.ts';
import type { ApiClient } from '../control/client.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { nodes, type Pod, pods } from '../objects/resource-types.ts';
import type { Failure } from '../store/failure.ts';
import { type DrainFilterOptions, selectForDrain } from './drain-filter.ts';
import { evict } from './eviction.ts';

const retryMicros = 5 * microsPerSecond;
const pollMicros = microsPerSecond;

export interface DrainOptions extends DrainFilterOptions {
  /** Null: each pod's own. */
  readonly gracePeriodSeconds: number | null;
  /** Null: it goes on until the node is empty. */
  readonly timeoutMicros: number | null;
  /** Deletes in place of evicting: budgets do not count. */
  readonly disableEviction: boolean;
}

export const usualDrainOptions: DrainOptions = {
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  gracePeriodSeconds: null,
  timeoutMicros: null,
  disableEviction: false,
};

export interface DrainedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Virtual times of the first request and of the eviction; null: not yet. */
  readonly askedMicros: number;
  grantedMicros: number | null;
  goneMicros: number | null;
  /** How often a budget has refused, and its last words. */
  refusals: number;
  lastRefusal: string;
}

export type DrainState = 'running' | 'done' | 'failed';

/** One drain of one node. */
export class Drain {
  readonly node: string;
  readonly options: DrainOptions;
  readonly startedMicros: number;
  state: DrainState = 'running';
  endedMicros: number | null = null;
  readonly pods: DrainedPod[] = [];
  /** What kubectl would have printed, oldest first. */
  readonly lines: string[] = [];
  /** Why it failed; empty: it has not. */
  error = '';

  constructor(node: string, options: DrainOptions, startedMicros: number) {
    this.node = node;
    this.options = options;
    this.startedMicros = startedMicros;
  }
}

type Listener = (drain: Drain) => void;

/** Runs drains in virtual time. */
export class Drains {
  readonly #plane: ControlPlane;
  readonly #client: ApiClient;
  readonly #askHandler: number;
  readonly #pollHandler: number;
  readonly #timeoutHandler: number;
  readonly #drains: { readonly drain: Drain; readonly done: Listener }[] = [];

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#client = plane.component('kubectl', { qps: 50, burst: 300 }).client;
    const { engine } = plane;
    this.#askHandler = engine.register('kubernetes/drain/ask', (slot, pod) => this.#ask(slot, pod));
    this.#pollHandler = engine.register('kubernetes/drain/poll', (slot, pod) => this.#poll(slot, pod));
    this.#timeoutHandler = engine.register('kubernetes/drain/timeout', (slot) => {
      const { drain } = this.#drains[slot];
      if (drain.state === 'running') this.#timeOut(slot);
    });
  }

  /** Begins to drain a node; `done` is called once it has come to an end. */
  begin(node: string, options: DrainOptions = usualDrainOptions, done: Listener = () => {}): Drain {
    const { engine } = this.#plane;
    const drain = new Drain(node, options, engine.now);
    const slot = this.#drains.push({ drain, done }) - 1;
    if (options.timeoutMicros !== null) engine.after(options.timeoutMicros, this.#timeoutHandler, slot, 0);
    this.#client.send(() => this.#cordon(slot));
    return drain;
  }

  #cordon(slot: number): void {
    const { drain } = this.#drains[slot];
    const { api, store } = this.#plane;
    const node = store.get(nodes, '', drain.node);
    if (node === undefined) {
      this.#fail(slot, `nodes "${drain.node}" not found`);
      return;
    }
    if (node.spec.unschedulable === true) drain.lines.push(`node/${drain.node} already cordoned`);
    else {
      api.modify(nodes, '', drain.node, (now) => ({ ...now, spec: { ...now.spec, unschedulable: true } }));
      drain.lines.push(`node/${drain.node} cordoned`);
    }
    this.#client.send(() => this.#select(slot));
  }

  #select(slot: number): void {
    const { drain } = this.#drains[slot];
    const { engine, podsByNode, store } = this.#plane;
    const selection = selectForDrain(podsByNode.get(drain.node), drain.options, store);
    if (selection.errors.length > 0) {
      this.#fail(slot, selection.errors.join('\n'));
      return;
    }
    if (selection.warnings !== '') drain.lines.push(`Warning: ${selection.warnings}`);
    for (const { metadata } of selection.pods) {
      const { namespace = '', name, uid } = metadata;
      drain.pods.push({
        namespace,
        name,
        uid,
        askedMicros: engine.now,
        grantedMicros: null,
        goneMicros: null,
        refusals: 0,
        lastRefusal: '',
      });
    }
    drain.pods.forEach((_, index) => {
      this.#ask(slot, index);
    });
    if (drain.pods.length === 0) this.#succeed(slot);
  }

  #ask(slot: number, index: number): void {
    const { drain } = this.#drains[slot];
    if (drain.state !== 'running') return;
    const { namespace, name } = drain.pods[index];
    drain.lines.push(`evicting pod ${namespace}/${name}`);
    this.#client.send(() => {
      if (drain.state === 'running') this.#evict(slot, index);
    });
  }

  #evict(slot: number, index: number): void {
    const { drain } = this.#drains[slot];
    const pod = drain.pods[index];
    const { engine } = this.#plane;
    const { gracePeriodSeconds, disableEviction } = drain.options;
    const grace = gracePeriodSeconds === null ? {} : { gracePeriodSeconds };
    const outcome = disableEviction
      ? this.#plane.api.delete<Pod>(pods, pod.namespace, pod.name, grace)
      : evict(this.#plane, pod.namespace, pod.name, grace);
    if (outcome.ok || outcome.failure.reason === 'NotFound') {
      pod.grantedMicros = engine.now;
      this.#poll(slot, index);
    } else this.#refused(slot, index, outcome.failure);
  }

  #refused(slot: number, index: number, { reason, message, details }: Failure): void {
    const { drain } = this.#drains[slot];
    const pod = drain.pods[index];
    const about = `error when evicting pods/"${pod.name}" -n "${pod.namespace}"`;
    if (reason !== 'TooManyRequests') {
      this.#fail(slot, `${about}: ${message}`);
      return;
    }
    pod.refusals++;
    pod.lastRefusal = details?.causes?.[0]?.message ?? message;
    drain.lines.push(`${about} (will retry after 5s): ${message}`);
    this.#plane.engine.after(retryMicros, this.#askHandler, slot, index);
  }

  #poll(slot: number, index: number): void {
    const { drain } = this.#drains[slot];
    if (drain.state !== 'running') return;
    const pod = drain.pods[index];
    const { engine, store } = this.#plane;
    const current = store.get(pods, pod.namespace, pod.name);
    if (current?.metadata.uid === pod.uid) {
      engine.after(pollMicros, this.#pollHandler, slot, index);
      return;
    }
    pod.goneMicros = engine.now;
    drain.lines.push(`pod/${pod.name} evicted`);
    if (drain.pods.every(({ goneMicros }) => goneMicros !== null)) this.#succeed(slot);
  }

  #succeed(slot: number): void {
    const { drain, done } = this.#drains[slot];
    drain.state = 'done';
    drain.endedMicros = this.#plane.engine.now;
    drain.lines.push(`node/${drain.node} drained`);
    done(drain);
  }

  #timeOut(slot: number): void {
    const { drain } = this.#drains[slot];
    const timeout = formatDuration(drain.options.timeoutMicros ?? 0);
    const left = drain.pods.filter(({ goneMicros }) => goneMicros === null);
    const errors = left.map(({ name, namespace, grantedMicros }) =>
      grantedMicros === null
        ? `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${timeout}`
        : `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: global timeout reached: ${timeout}`,
    );
    this.#fail(slot, errors.length === 0 ? `global timeout reached: ${timeout}` : errors.join('\n'));
  }

  #fail(slot: number, error: string): void {
    const { drain, done } = this.#drains[slot];
    drain.state = 'failed';
    drain.endedMicros = this.#plane.engine.now;
    drain.error = error;
    drain.lines.push(`error: unable to drain node "${drain.node}" due to error: ${error}`);
    done(drain);
  }
}
