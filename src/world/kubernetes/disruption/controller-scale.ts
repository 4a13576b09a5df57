/**
 * Fidelity: how many pods a pod's controller wants, as the disruption controller finds it (disruption.go finders, 1.32): a
 * Deployment behind its ReplicaSet, a ReplicaSet of its own, a StatefulSet, a ReplicationController, or anything else that
 * has the scale subresource. Simplified: of custom resources only those whose replicas are at `.spec.replicas`.
 */
import { controllerOf, type KubeObject, type OwnerReference } from '../objects/meta.ts';
import { type ResourceType, replicaSets, resourceName, typeOfKind } from '../objects/resource-types.ts';
import type { Store } from '../store/store.ts';

export type Scale =
  | { readonly uid: string; readonly replicas: number }
  /** Its scale can't be known. */
  | { readonly error: string };

/** The scale behind a pod's controller; null: the controller is gone. */
export function scaleOf(store: Store, namespace: string, owner: OwnerReference): Scale | null {
  const type = typeOfKind(owner.apiVersion, owner.kind);
  if (type === undefined) return { error: `no matches for kind "${owner.kind}"` };
  const controller = sameObject(store, type, namespace, owner);
  if (type === replicaSets && controller !== null) {
    const above = controllerOf(controller);
    if (above !== undefined) return scaleOf(store, namespace, above);
  }
  if (type.scale === null) return { error: `${resourceName(type)} does not implement the scale subresource` };
  if (controller === null) return null;
  const { replicas = 1 } = controller.spec as { readonly replicas?: number };
  return { uid: controller.metadata.uid, replicas };
}

function sameObject(
  store: Store,
  type: ResourceType,
  namespace: string,
  { name, uid }: OwnerReference,
): KubeObject | null {
  const object = store.get(type, namespace, name);
  return object?.metadata.uid === uid ? object : null;
}
