/** Fidelity: the control loops of the kube-controller-manager (1.32) that keep workloads; each stands in its own file. */
import type { ControlPlane } from '../control/control-plane.ts';
import { controllerOf, type KubeObject, type LabelSelector, type Labels } from '../objects/meta.ts';
import { pods, type ResourceType, replicaSets, replicationControllers } from '../objects/resource-types.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import { Index } from '../store/store.ts';
import { CronJobs } from './cron-job/cron-job.ts';
import { DaemonSets } from './daemon-set/daemon-set.ts';
import { Deployments } from './deployment/deployment.ts';
import { Jobs } from './job/job.ts';
import { TtlAfterFinished } from './job/ttl-after-finished.ts';
import { GarbageCollector } from './ownership/garbage-collector.ts';
import { Namespaces } from './ownership/namespaces.ts';
import { ServiceAccounts } from './ownership/service-accounts.ts';
import { PodNotices } from './pods/pod-notices.ts';
import { PodTallies } from './pods/pod-tally.ts';
import { ResourceQuotas } from './quota/resource-quotas.ts';
import { ReplicaSets } from './replica-set/replica-set.ts';
import { ControllerRevisions } from './revisions/controller-revisions.ts';
import { StatefulSets } from './stateful-set/stateful-set.ts';
import { VolumeClaims } from './volumes/volume-claims.ts';

/** Installs every workload's control loop. */
export function installWorkloads(plane: ControlPlane): void {
  const notices = new PodNotices(plane.manager.watch);
  const orphans = new Index(plane.store, pods, (pod) =>
    controllerOf(pod) === undefined ? pod.metadata.namespace : undefined,
  );
  const tallies = new PodTallies(plane.store, ['ReplicaSet', 'ReplicationController']);
  const shared = { plane, notices, orphans, tallies };
  new ReplicaSets({
    ...shared,
    component: 'replicaset-controller',
    type: replicaSets,
    selectorOf: ({ spec }) => spec.selector,
  });
  new ReplicaSets({
    ...shared,
    component: 'replication-controller',
    type: replicationControllers as ResourceType<KubeObject> as ResourceType<ReplicaSet>,
    selectorOf: controllerSelector,
  });
  new Deployments(plane, notices);
  const revisions = new ControllerRevisions(plane);
  new StatefulSets(plane, notices, orphans, revisions);
  new DaemonSets(plane, notices, orphans, revisions);
  new Jobs(plane, notices);
  new TtlAfterFinished(plane);
  new CronJobs(plane);
  new VolumeClaims(plane);
  new GarbageCollector(plane);
  new Namespaces(plane);
  new ServiceAccounts(plane);
  new ResourceQuotas(plane);
}

/** A ReplicationController selects by plain labels, those of its template when it names none. */
function controllerSelector({ spec }: ReplicaSet): LabelSelector | undefined {
  const labels = (spec.selector as unknown as Labels | undefined) ?? spec.template.metadata?.labels;
  return labels === undefined ? undefined : { matchLabels: labels };
}
