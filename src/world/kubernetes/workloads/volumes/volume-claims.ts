/**
 * Fidelity: a storage class that provisions at once (persistent volume controller and an external provisioner, 1.32): each claim
 * gets a volume of the size that it asks for, which goes with the claim. Simplified: volumes are never scarce, slow or
 * tied to a zone, and `WaitForFirstConsumer` is not waited for.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation } from '../../control/controller.ts';
import { type KubeObject, keyOf, type ResourceList, splitKey } from '../../objects/meta.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../objects/resource-types.ts';

const workers = 5;
const component = 'persistent-volume-binder';

interface ClaimSpec {
  readonly accessModes?: readonly string[];
  readonly resources?: { readonly requests?: ResourceList };
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly volumeMode?: string;
}

export class VolumeClaims {
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
    plane.manager.watch.on(persistentVolumeClaims, ({ kind, object }) => {
      if (kind === 'DELETED' && (object.spec as ClaimSpec).volumeName !== undefined)
        loop.enqueue(`/${(object.spec as ClaimSpec).volumeName}`);
      else if (kind !== 'DELETED') loop.enqueue(keyOf(object));
    });
  }

  /** A claim's key, or `/name` of a volume whose claim is gone. */
  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const { store, api } = this.#plane;
    if (namespace === '') return { writes: [() => api.delete(persistentVolumes, '', name)] };
    const claim = store.get(persistentVolumeClaims, namespace, name);
    if (claim === undefined || (claim.status as { phase?: string } | undefined)?.phase === 'Bound')
      return null;
    return { writes: this.#bind(claim) };
  }

  #bind(claim: KubeObject) {
    const { api, store, events } = this.#plane;
    const { namespace = '', name, uid } = claim.metadata;
    const spec = (claim.spec ?? {}) as ClaimSpec;
    const volumeName = spec.volumeName ?? `pvc-${uid}`;
    const capacity = { storage: spec.resources?.requests?.['storage'] ?? '1Gi' };
    const accessModes = spec.accessModes ?? ['ReadWriteOnce'];
    const message = `Successfully provisioned volume ${volumeName}`;
    return [
      () =>
        store.get(persistentVolumes, '', volumeName) === undefined
          ? api.create(persistentVolumes, volumeFor(claim, volumeName, capacity, accessModes))
          : api.modify(persistentVolumes, '', volumeName, () => null),
      () =>
        api.modify(persistentVolumeClaims, namespace, name, (now) => ({
          ...now,
          spec: { ...(now.spec as ClaimSpec), volumeName },
        })),
      () => {
        events.record(claim, { reason: 'ProvisioningSucceeded', message, component });
        const status = { phase: 'Bound', accessModes, capacity };
        return api.modifyStatus(persistentVolumeClaims, namespace, name, (now) => ({ ...now, status }));
      },
    ];
  }
}

function volumeFor(claim: KubeObject, name: string, capacity: ResourceList, accessModes: readonly string[]) {
  const { namespace = '', name: claimName, uid } = claim.metadata;
  const { storageClassName, volumeMode = 'Filesystem' } = (claim.spec ?? {}) as ClaimSpec;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      accessModes,
      capacity,
      claimRef,
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName === undefined ? {} : { storageClassName }),
      volumeMode,
    },
    status: { phase: 'Bound' },
  };
}
