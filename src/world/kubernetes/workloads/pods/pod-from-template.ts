/**
 * Fidelity: `controller.GetPodFromTemplate` (controller_utils.go, 1.32): the pod that a ReplicaSet, DaemonSet or Job makes of its
 * template. Pods of one template share its spec, labels and owner references, so that fifty thousand of them cost little.
 */
import { controlledBy, type Draft, type KubeObject, type OwnerReference } from '../../objects/meta.ts';
import type { Pod, PodStatus, PodTemplate } from '../../objects/pod.ts';

const pending: PodStatus = { phase: 'Pending' };
const ownersOfTemplates = new WeakMap<PodTemplate, readonly OwnerReference[]>();

/** The reference to the controlling owner, one array for all pods of its template. */
export function sharedOwners(template: PodTemplate, owner: KubeObject): readonly OwnerReference[] {
  const known = ownersOfTemplates.get(template);
  if (known !== undefined && known[0].uid === owner.metadata.uid) return known;
  const made = [controlledBy(owner)];
  ownersOfTemplates.set(template, made);
  return made;
}

/** A pod of the owner's template, still to be named by the server. */
export function podFromTemplate(template: PodTemplate, owner: KubeObject): Draft<Pod> {
  const { labels, annotations } = template.metadata ?? {};
  const { name, namespace = '' } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: sharedOwners(template, owner),
    },
    spec: template.spec,
    status: pending,
  };
}
