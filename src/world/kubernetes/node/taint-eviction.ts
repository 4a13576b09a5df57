/**
 * Fidelity: the taint eviction controller (pkg/controller/tainteviction, 1.32): pods on a node with NoExecute taints go at
 * once when they do not tolerate them all, after the shortest of the tolerations' times when those have times, and
 * never otherwise. Nothing is simplified but its own queue of 40 workers.
 */
import { microsPerSecond } from '../../../base/time.ts';
import type { EventId } from '../../../engine/engine.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { disruptionTarget } from '../objects/pod.ts';
import { type Node, nodes, type Pod, pods, type Taint, type Toleration } from '../objects/resource-types.ts';
import { toleratesTaint } from './kubelet/pod-admission.ts';

interface Planned {
  readonly pod: Pod;
  readonly createdMicros: number;
  readonly slot: number;
  event: EventId;
}

/** Seconds for which all the taints are tolerated: 0: not at all; Infinity: for ever. */
export function toleratedSeconds(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[],
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const used = tolerations?.find((toleration) => toleratesTaint(toleration, taint));
    if (used === undefined) return 0;
    if (used.tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, used.tolerationSeconds));
  }
  return least;
}

export class TaintEviction {
  readonly #plane: ControlPlane;
  /** NoExecute taints by node; nodes without any are not in it. */
  readonly #taints = new Map<string, readonly Taint[]>();
  readonly #planned = new Map<string, Planned>();
  readonly #slots: (Planned | null)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #dueHandler: number;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#dueHandler = plane.engine.register('kubernetes/taint-eviction/due', (slot) => this.#due(slot));
    plane.manager.watch.on(nodes, ({ kind, object, previous }) => {
      if (kind === 'DELETED') this.#taints.delete(object.metadata.name);
      else if (previous === null || previous.spec.taints !== object.spec.taints) this.#nodeChanged(object);
    });
    plane.manager.watch.on(pods, ({ kind, object, previous }) => {
      if (this.#taints.size === 0 && this.#planned.size === 0) return;
      if (kind === 'DELETED') this.#cancel(object, false);
      else if (
        previous?.spec.nodeName !== object.spec.nodeName ||
        previous?.spec.tolerations !== object.spec.tolerations
      )
        this.#look(object);
    });
  }

  #nodeChanged({ metadata, spec }: Node): void {
    const taints = spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
    const had = this.#taints.has(metadata.name);
    if (taints.length > 0) this.#taints.set(metadata.name, taints);
    else this.#taints.delete(metadata.name);
    if (taints.length > 0 || had)
      for (const pod of [...this.#plane.podsByNode.get(metadata.name)]) this.#look(pod);
  }

  #look(pod: Pod): void {
    const taints = this.#taints.get(pod.spec.nodeName ?? '');
    if (taints === undefined) {
      this.#cancel(pod, true);
      return;
    }
    const seconds = toleratedSeconds(pod.spec.tolerations, taints);
    if (seconds === 0) {
      this.#cancel(pod, false);
      this.#evict(pod);
    } else if (seconds === Number.POSITIVE_INFINITY) this.#cancel(pod, true);
    else this.#plan(pod, seconds);
  }

  #plan(pod: Pod, seconds: number): void {
    const { engine } = this.#plane;
    const known = this.#planned.get(pod.metadata.uid);
    // One that began earlier stays; otherwise it counts from the same beginning anew.
    if (known !== undefined && known.createdMicros < engine.now) return;
    if (known !== undefined) this.#cancel(pod, true);
    const slot = this.#freeSlots.pop() ?? this.#slots.length;
    const planned: Planned = { pod, createdMicros: engine.now, slot, event: 0 };
    planned.event = engine.schedule(engine.now + seconds * microsPerSecond, this.#dueHandler, slot, 0);
    this.#slots[slot] = planned;
    this.#planned.set(pod.metadata.uid, planned);
  }

  #cancel(pod: Pod, tells: boolean): void {
    const planned = this.#planned.get(pod.metadata.uid);
    if (planned === undefined) return;
    this.#plane.engine.cancel(planned.event);
    this.#free(planned);
    if (tells) this.#tell(pod, 'Cancelling deletion of');
  }

  #free({ pod, slot }: Planned): void {
    this.#planned.delete(pod.metadata.uid);
    this.#slots[slot] = null;
    this.#freeSlots.push(slot);
  }

  #due(slot: number): void {
    const planned = this.#slots[slot];
    if (planned === null || planned === undefined) return;
    this.#free(planned);
    this.#evict(planned.pod);
  }

  #evict(pod: Pod): void {
    const { api, manager, clock } = this.#plane;
    const { namespace = '', name, uid } = pod.metadata;
    this.#tell(pod, 'Marking for deletion');
    manager.client.send(() => {
      api.modifyStatus(pods, namespace, name, (current) =>
        current.metadata.uid !== uid
          ? null
          : disruptionTarget(
              current,
              'DeletionByTaintManager',
              'Taint manager: deleting due to NoExecute taint',
              clock.timestamp(),
            ),
      );
      api.delete(pods, namespace, name, { preconditions: { uid } });
    });
    this.#plane.note('evict', `${namespace}/${name}`, `evicted from ${pod.spec.nodeName}: its taints`);
  }

  #tell(pod: Pod, verb: string): void {
    const { namespace = '', name } = pod.metadata;
    const message = `${verb} Pod ${namespace}/${name}`;
    this.#plane.events.record(pod, {
      reason: 'TaintManagerEviction',
      message,
      component: 'taint-eviction-controller',
    });
  }
}
