/**
 * Fidelity: `PodControllerRefManager` and `ReplicaSetControllerRefManager` (controller_ref_manager.go, 1.32): an owner adopts what its
 * selector matches and nobody controls, and releases what it controls and no longer matches. Nothing that is being
 * deleted adopts or is adopted.
 */
import type { Write } from '../../control/controller.ts';
import { controlledBy, controllerOf, type KubeObject, type LabelSelector } from '../../objects/meta.ts';
import type { ResourceType } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { Api } from '../../store/api.ts';

/** The write by which an owner takes an object that nobody controls. */
export function adopt<T extends KubeObject>(
  api: Api,
  type: ResourceType<T>,
  owner: KubeObject,
  object: T,
): Write {
  const { namespace = '', name, uid } = object.metadata;
  return () =>
    api.modify(type, namespace, name, (current) => {
      if (current.metadata.uid !== uid || controllerOf(current) !== undefined) return null;
      const ownerReferences = [...(current.metadata.ownerReferences ?? []), controlledBy(owner)];
      return { ...current, metadata: { ...current.metadata, ownerReferences } };
    });
}

/** The write by which an owner lets go of an object. */
export function release<T extends KubeObject>(
  api: Api,
  type: ResourceType<T>,
  owner: KubeObject,
  object: T,
): Write {
  const { namespace = '', name } = object.metadata;
  return () =>
    api.modify(type, namespace, name, (current) => {
      const ownerReferences = (current.metadata.ownerReferences ?? []).filter(
        ({ uid }) => uid !== owner.metadata.uid,
      );
      return { ...current, metadata: { ...current.metadata, ownerReferences } };
    });
}

/** Whether an owner with this selector would adopt the object. */
export function adoptable(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  object: KubeObject,
): boolean {
  return (
    owner.metadata.deletionTimestamp === undefined &&
    object.metadata.deletionTimestamp === undefined &&
    controllerOf(object) === undefined &&
    selects(selector, object.metadata.labels)
  );
}
