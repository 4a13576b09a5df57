/** Fidelity: the service account controller (controller/serviceaccount, 1.32): every active namespace has one named `default`. */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation } from '../../control/controller.ts';
import { namespaces, serviceAccounts } from '../../objects/resource-types.ts';
import { done } from '../../store/failure.ts';

const workers = 5;
const component = 'service-account-controller';
const name = 'default';

export class ServiceAccounts {
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
    const { watch } = plane.manager;
    watch.on(namespaces, ({ kind, object }) => {
      if (kind === 'ADDED') loop.enqueue(object.metadata.name);
    });
    watch.on(serviceAccounts, ({ kind, object }) => {
      if (kind === 'DELETED' && object.metadata.name === name) loop.enqueue(object.metadata.namespace ?? '');
    });
  }

  #reconcile(namespace: string): Reconciliation | null {
    const { store, api } = this.#plane;
    const space = store.get(namespaces, '', namespace);
    if (space === undefined || space.metadata.deletionTimestamp !== undefined) return null;
    if (store.get(serviceAccounts, namespace, name) !== undefined) return null;
    const draft = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
    return {
      writes: [
        () => {
          const outcome = api.create(serviceAccounts, draft);
          // Somebody else may have made it meanwhile, or the namespace may be going.
          return outcome.ok ||
            outcome.failure.reason === 'Forbidden' ||
            outcome.failure.reason === 'AlreadyExists'
            ? done(null)
            : outcome;
        },
      ],
    };
  }
}
