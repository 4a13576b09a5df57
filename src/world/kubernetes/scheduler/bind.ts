/**
 * Fidelity: the `binding` subresource of pods (registry/core/pod/storage BindingREST, 1.32): one write sets the node and says in the
 * condition PodScheduled that it is set. A pod that has a node, is being deleted or stands behind a gate is refused.
 */
import { type Condition, withCondition } from '../objects/meta.ts';
import type { Pod } from '../objects/pod.ts';
import { pods } from '../objects/resource-types.ts';
import type { Api } from '../store/api.ts';
import type { Clock } from '../store/clock.ts';
import { conflict, type Outcome } from '../store/failure.ts';

const binding = { group: '', plural: 'pods/binding', kind: 'Binding' };

/** Binds a pod to a node. `uid`, when given, must be the pod's. */
export function bindPod(
  api: Api,
  clock: Clock,
  target: {
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly nodeName: string;
  },
): Outcome<Pod> {
  const { namespace, name, uid, nodeName } = target;
  let refusal: string | null = null;
  const outcome = api.modify(
    pods,
    namespace,
    name,
    (current) => {
      refusal = whyNot(current, uid);
      return refusal === null ? bound(current, nodeName, clock.timestamp()) : null;
    },
    asBinding,
  );
  return refusal === null ? outcome : conflict(binding, name, refusal);
}

const asBinding = { subresource: 'binding' };

function whyNot(pod: Pod, uid: string | undefined): string | null {
  const { metadata, spec } = pod;
  if (uid !== undefined && uid !== metadata.uid)
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
  if (metadata.deletionTimestamp !== undefined)
    return `pod ${metadata.name} is being deleted, cannot be assigned to a host`;
  if (spec.nodeName !== undefined)
    return `pod ${metadata.name} is already assigned to node "${spec.nodeName}"`;
  if ((spec.schedulingGates?.length ?? 0) > 0)
    return `pod ${metadata.name} has non-empty .spec.schedulingGates`;
  return null;
}

function bound(pod: Pod, nodeName: string, timestamp: string): Pod {
  const conditions = scheduledConditions(pod.status.conditions, timestamp);
  return { ...pod, spec: { ...pod.spec, nodeName }, status: { ...pod.status, conditions } };
}

function scheduledConditions(before: readonly Condition[] | undefined, timestamp: string) {
  // Nearly always there is none yet, and pods that are bound in the same second share theirs.
  if (before === undefined || before.length === 0) {
    if (lastScheduled[0].lastTransitionTime !== timestamp) lastScheduled = [scheduledSince(timestamp)];
    return lastScheduled;
  }
  const conditions = withCondition(before, { type: 'PodScheduled', status: 'True' }, timestamp);
  return conditions.map((condition) =>
    condition.type === 'PodScheduled' ? scheduledSince(condition.lastTransitionTime ?? timestamp) : condition,
  );
}

let lastScheduled: readonly Condition[] = [scheduledSince('')];

function scheduledSince(lastTransitionTime: string) {
  return { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime } as const;
}
