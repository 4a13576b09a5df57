/** Fidelity: the identity of a StatefulSet's pods and their claims (statefulset/stateful_set_utils.go, 1.32). */
import { controlledBy, type Draft, type KubeObject } from '../../objects/meta.ts';
import type { Pod, PodTemplate } from '../../objects/pod.ts';
import type { StatefulSet } from '../../objects/workloads.ts';
import { revisionLabel } from '../revisions/controller-revisions.ts';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

const nameForm = /^(.*)-(\d+)$/;

/** The ordinal of a pod of this set; -1 for a name that none of its pods has. */
export function ordinalOf(set: StatefulSet, podName: string): number {
  const match = nameForm.exec(podName);
  return match === null || match[1] !== set.metadata.name ? -1 : Number(match[2]);
}

interface ClaimTemplate {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
}

export function claimTemplatesOf({ spec }: StatefulSet): readonly ClaimTemplate[] {
  return (spec.volumeClaimTemplates ?? []) as readonly ClaimTemplate[];
}

export function claimName(template: string, set: StatefulSet, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}

/** The claims of one pod, which outlive it. */
export function claimsFor(set: StatefulSet, ordinal: number): readonly Draft<KubeObject>[] {
  const { namespace = '' } = set.metadata;
  const policy = set.spec.persistentVolumeClaimRetentionPolicy as { whenDeleted?: string } | undefined;
  const { controller: _, blockOwnerDeletion: __, ...owner } = controlledBy(set);
  return claimTemplatesOf(set).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(template.metadata.name, set, ordinal),
      namespace,
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      ...(policy?.whenDeleted === 'Delete' ? { ownerReferences: [owner] } : {}),
    },
    spec: template.spec,
    status: { phase: 'Pending' },
  }));
}

/** The pod of one ordinal, made from the template of a revision. */
export function podOf(
  set: StatefulSet,
  template: PodTemplate,
  revision: string,
  ordinal: number,
): Draft<Pod> {
  const { namespace = '' } = set.metadata;
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = claimTemplatesOf(set);
  const claimed = new Set(claims.map(({ metadata }) => metadata.name));
  const volumes = [
    ...claims.map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: claimName(metadata.name, set, ordinal) },
    })),
    ...(template.spec.volumes ?? []).filter((volume) => !claimed.has(String(volume['name']))),
  ];
  const { annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        ...template.metadata?.labels,
        [podIndexLabel]: String(ordinal),
        [revisionLabel]: revision,
        [podNameLabel]: name,
      },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controlledBy(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(set.spec.serviceName === undefined ? {} : { subdomain: set.spec.serviceName }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
    status: { phase: 'Pending' },
  };
}
