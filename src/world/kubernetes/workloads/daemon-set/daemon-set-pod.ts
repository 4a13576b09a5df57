/**
 * Fidelity: where a DaemonSet's pods belong and what is added to their template: `NodeShouldRunDaemonPod` (daemon_controller.go),
 * `AddOrUpdateDaemonPodTolerations` and `ReplaceDaemonSetPodNodeNameNodeAffinity` (daemon/util/daemonset_util.go), 1.32. The
 * scheduler places them, each on the one node that its affinity names.
 */
import type { Draft } from '../../objects/meta.ts';
import type { Node, Taint } from '../../objects/node.ts';
import type { Affinity, Pod, PodTemplate, Toleration } from '../../objects/pod.ts';
import type { DaemonSet } from '../../objects/workloads.ts';
import { acceptsNode, tolerates, untoleratedTaint } from '../../scheduler/node-match.ts';
import { podFromTemplate } from '../pods/pod-from-template.ts';
import { revisionLabel } from '../revisions/controller-revisions.ts';

const nodeNameField = 'metadata.name';

function always(key: string, effect: Taint['effect']): Toleration {
  return { key: `node.kubernetes.io/${key}`, operator: 'Exists', effect };
}

const ownTolerations: readonly Toleration[] = [
  always('not-ready', 'NoExecute'),
  always('unreachable', 'NoExecute'),
  always('disk-pressure', 'NoSchedule'),
  always('memory-pressure', 'NoSchedule'),
  always('pid-pressure', 'NoSchedule'),
  always('unschedulable', 'NoSchedule'),
];
const hostNetworkToleration = always('network-unavailable', 'NoSchedule');

const tolerationsOfTemplates = new WeakMap<PodTemplate, readonly Toleration[]>();

/** The template's tolerations and those of every daemon pod; one of its own that says the same with a time is replaced. */
export function daemonTolerations(template: PodTemplate): readonly Toleration[] {
  let all = tolerationsOfTemplates.get(template);
  if (all === undefined) {
    const added =
      template.spec.hostNetwork === true ? [...ownTolerations, hostNetworkToleration] : ownTolerations;
    const stated = (template.spec.tolerations ?? []).filter(
      (own) => !added.some((other) => sameMatch(own, other)),
    );
    all = [...stated, ...added];
    tolerationsOfTemplates.set(template, all);
  }
  return all;
}

function sameMatch(a: Toleration, b: Toleration): boolean {
  return (
    (a.key ?? '') === (b.key ?? '') &&
    (a.effect ?? '') === (b.effect ?? '') &&
    (a.operator ?? 'Equal') === (b.operator ?? 'Equal') &&
    (a.value ?? '') === (b.value ?? '')
  );
}

export interface Eligibility {
  readonly shouldRun: boolean;
  readonly mayStay: boolean;
}

const never: Eligibility = { shouldRun: false, mayStay: false };

/** Whether a pod of this template belongs on the node, or at least may stay there: a NoSchedule taint evicts nobody. */
export function eligibility(template: PodTemplate, node: Node): Eligibility {
  const { spec } = template;
  const name = spec.nodeName ?? '';
  if ((name !== '' && name !== node.metadata.name) || !acceptsNode(spec, node)) return never;
  const tolerations = daemonTolerations(template);
  const taints = taintsOf(node);
  if (untoleratedTaint(tolerations, taints) === null) return { shouldRun: true, mayStay: true };
  const evicted = taints.some(
    (taint) =>
      taint.effect === 'NoExecute' && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
  return { shouldRun: false, mayStay: !evicted };
}

function taintsOf({ spec }: Node): readonly Taint[] {
  return spec.taints ?? [];
}

/** A pod of the set for one node. */
export function daemonPod(set: DaemonSet, hash: string, nodeName: string): Draft<Pod> {
  const { template } = set.spec;
  const base = podFromTemplate(template, set);
  return {
    ...base,
    metadata: { ...base.metadata, labels: labelsFor(template, hash) },
    spec: {
      ...template.spec,
      affinity: affinityFor(template.spec.affinity, nodeName),
      tolerations: daemonTolerations(template),
    },
  };
}

const labelsOfTemplates = new WeakMap<PodTemplate, Readonly<Record<string, string>>>();

function labelsFor(template: PodTemplate, hash: string): Readonly<Record<string, string>> {
  let labels = labelsOfTemplates.get(template);
  if (labels?.[revisionLabel] !== hash) {
    labels = { ...template.metadata?.labels, [revisionLabel]: hash };
    labelsOfTemplates.set(template, labels);
  }
  return labels;
}

/** The template's required terms give way: the set itself has checked them. */
function affinityFor(affinity: Affinity | undefined, nodeName: string): Affinity {
  const matchFields = [{ key: nodeNameField, operator: 'In' as const, values: [nodeName] }];
  const required = { nodeSelectorTerms: [{ matchFields }] };
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
  };
}

/** The node on which the pod is, or for which it was made. */
export function nodeOf({ spec }: Pod): string {
  if (spec.nodeName !== undefined && spec.nodeName !== '') return spec.nodeName;
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === nodeNameField && operator === 'In' && values.length === 1) return values[0];
  return '';
}
