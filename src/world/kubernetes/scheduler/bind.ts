/**
 * Fidelity: the `binding` subresource of pods (registry/core/pod/storage BindingREST, 1.32): one write sets the node and says in the
 * condition PodScheduled that it is set. A pod that has a node, is being deleted or stands behind a gate is refused.
 */
import { withCondition } from '../objects/meta.ts';
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
  const pod = api.store.get(pods, namespace, name);
  if (pod !== undefined) {
    const refusal = whyNot(pod, uid);
    if (refusal !== null) return conflict(binding, name, refusal);
  }
  return api.modify(pods, namespace, name, (current) => bound(current, nodeName, clock.timestamp()), {
    subresource: 'binding',
  });
}

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
  const conditions = withCondition(
    pod.status.conditions,
    { type: 'PodScheduled', status: 'True' },
    timestamp,
  );
  const scheduled = conditions.map((condition) =>
    condition.type === 'PodScheduled' ? scheduledSince(condition.lastTransitionTime ?? timestamp) : condition,
  );
  return { ...pod, spec: { ...pod.spec, nodeName }, status: { ...pod.status, conditions: scheduled } };
}

function scheduledSince(lastTransitionTime: string) {
  return { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime } as const;
}
