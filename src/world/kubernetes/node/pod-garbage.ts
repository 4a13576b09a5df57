/**
 * Fidelity: the pod garbage collector (pkg/controller/podgc, 1.32): every 20 s it deletes the oldest finished pods beyond
 * 12,500, pods of nodes that have been gone for 40 s, and pods that are being deleted and were never bound. Simplified: it
 * only runs while there may be something to do, at the same instants; the out-of-service taint is left out.
 */
import { microsPerSecond } from '../../../base/time.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { withCondition } from '../objects/meta.ts';
import { isFinished, type Pod } from '../objects/pod.ts';
import { nodes, pods } from '../objects/resource-types.ts';

const sweepMicros = 20 * microsPerSecond;
const quarantineMicros = 40 * microsPerSecond;
export const finishedPodsKept = 12_500;

export class PodGarbage {
  readonly #plane: ControlPlane;
  readonly #kept: number;
  readonly #sweepHandler: number;
  /** Nodes with pods that were found missing, and since when. */
  readonly #missing = new Map<string, number>();
  /** Pods by key, in the order in which they were finished. */
  readonly #finished = new Set<string>();
  /** Unbound pods that are being deleted. */
  readonly #unbound = new Set<string>();
  #sweeping = false;

  constructor(plane: ControlPlane, kept: number = finishedPodsKept) {
    this.#plane = plane;
    this.#kept = kept;
    this.#sweepHandler = plane.engine.register('kubernetes/pod-garbage/sweep', () => this.#sweep());
    plane.store.observe(nodes, ({ kind, object }) => {
      const { name } = object.metadata;
      if (kind === 'ADDED') this.#missing.delete(name);
      else if (kind === 'DELETED' && plane.podsByNode.count(name) > 0) this.#miss(name);
    });
    plane.store.observe(pods, ({ kind, object, previous }) =>
      this.#podChanged(object, previous, kind === 'DELETED'),
    );
  }

  #podChanged(pod: Pod, previous: Pod | null, deleted: boolean): void {
    const { namespace, name, deletionTimestamp } = pod.metadata;
    const { nodeName } = pod.spec;
    if (deleted) {
      const key = `${namespace}/${name}`;
      this.#finished.delete(key);
      this.#unbound.delete(key);
      return;
    }
    if (isFinished(pod) && (previous === null || !isFinished(previous))) {
      this.#finished.add(`${namespace}/${name}`);
      if (this.#finished.size > this.#kept) this.#wake();
    }
    if (nodeName === undefined) {
      if (deletionTimestamp === undefined) return;
      this.#unbound.add(`${namespace}/${name}`);
      this.#wake();
    } else if (
      previous?.spec.nodeName !== nodeName &&
      this.#plane.store.get(nodes, '', nodeName) === undefined
    )
      this.#miss(nodeName);
  }

  #miss(node: string): void {
    if (!this.#missing.has(node)) this.#missing.set(node, Number.POSITIVE_INFINITY);
    this.#wake();
  }

  #wake(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const { engine } = this.#plane;
    engine.schedule((Math.floor(engine.now / sweepMicros) + 1) * sweepMicros, this.#sweepHandler, 0, 0);
  }

  #sweep(): void {
    this.#sweeping = false;
    this.#sweepFinished();
    this.#sweepOrphans();
    for (const key of this.#unbound) this.#delete(key, 'unbound');
    this.#unbound.clear();
    if (this.#missing.size > 0 || this.#finished.size > this.#kept) this.#wake();
  }

  #sweepFinished(): void {
    const surplus = this.#finished.size - this.#kept;
    if (surplus <= 0) return;
    const keys = [...this.#finished].sort((a, b) => this.#bornMicros(a) - this.#bornMicros(b));
    for (const key of keys.slice(0, surplus)) this.#delete(key, 'finished');
  }

  #bornMicros(key: string): number {
    const slash = key.indexOf('/');
    const pod = this.#plane.store.get(pods, key.slice(0, slash), key.slice(slash + 1));
    return this.#plane.clock.microsOf(pod?.metadata.creationTimestamp);
  }

  #sweepOrphans(): void {
    const { engine, podsByNode } = this.#plane;
    for (const [node, since] of this.#missing) {
      if (podsByNode.count(node) === 0) this.#missing.delete(node);
      else if (since === Number.POSITIVE_INFINITY) this.#missing.set(node, engine.now);
      else if (engine.now - since >= quarantineMicros)
        for (const pod of podsByNode.get(node))
          this.#delete(`${pod.metadata.namespace}/${pod.metadata.name}`, 'orphan');
    }
  }

  #delete(key: string, why: 'finished' | 'orphan' | 'unbound'): void {
    const { api, manager, clock } = this.#plane;
    const slash = key.indexOf('/');
    const namespace = key.slice(0, slash);
    const name = key.slice(slash + 1);
    manager.client.send(() => {
      if (why === 'orphan')
        api.modifyStatus(pods, namespace, name, (pod) =>
          isFinished(pod) ? null : failedOrphan(pod, clock.timestamp()),
        );
      api.delete(pods, namespace, name, { gracePeriodSeconds: 0 });
    });
  }
}

function failedOrphan(pod: Pod, timestamp: string): Pod {
  const conditions = withCondition(
    pod.status.conditions,
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    },
    timestamp,
  );
  return { ...pod, status: { ...pod.status, phase: 'Failed', conditions } };
}
