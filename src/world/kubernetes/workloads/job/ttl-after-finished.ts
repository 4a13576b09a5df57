/** Fidelity: the TTL-after-finished controller (controller/ttlafterfinished, 1.32): Jobs that have ended are deleted after their time. */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation } from '../../control/controller.ts';
import { keyOf, splitKey } from '../../objects/meta.ts';
import { jobs } from '../../objects/resource-types.ts';
import { finishedAs } from './job-status.ts';

const workers = 5;
const component = 'ttl-after-finished-controller';

export class TtlAfterFinished {
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.manager.watch.on(jobs, ({ kind, object }) => {
      if (
        kind !== 'DELETED' &&
        object.spec.ttlSecondsAfterFinished !== undefined &&
        finishedAs(object) !== null
      )
        loop.enqueue(keyOf(object));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const { store, clock, api } = this.#plane;
    const job = store.get(jobs, namespace, name);
    const seconds = job?.spec.ttlSecondsAfterFinished;
    if (job === undefined || seconds === undefined || job.metadata.deletionTimestamp !== undefined)
      return null;
    const end = finishedAs(job);
    if (end === null) return null;
    const left = clock.microsOf(end.lastTransitionTime) + seconds * 1e6 - clock.nowMicros;
    if (left > 0) return { againMicros: left };
    const { uid } = job.metadata;
    const write = () =>
      api.delete(jobs, namespace, name, { propagationPolicy: 'Foreground', preconditions: { uid } });
    return { writes: [write] };
  }
}
