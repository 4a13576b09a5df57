/** Fidelity: defaults of apps/v1, batch/v1 and core/v1's ReplicationController (1.32). */
import type { KubeObject, Labels } from '../../objects/meta.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  JobSpec,
  ReplicaSet,
  StatefulSet,
} from '../../objects/workloads.ts';
import { changed, filled, mapped, within } from './fill.ts';
import { defaultedClaimSpec, defaultedTemplate } from './pods.ts';

function withTemplate<T extends object>(spec: T): T {
  return within<T, PodTemplate>(spec, 'template', defaultedTemplate);
}

const rollingUpdate = { type: 'RollingUpdate' };

function defaultedStrategy(strategy: object): object {
  const made = filled(strategy, rollingUpdate) as { type: string; rollingUpdate?: object };
  if (made.type !== 'RollingUpdate') return made;
  return changed(
    made,
    'rollingUpdate',
    filled(made.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' }),
  );
}

export function defaultedDeployment(deployment: Deployment): Deployment {
  const { spec } = deployment;
  if (spec === undefined) return deployment;
  const made = filled(withTemplate(spec), {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  return changed(deployment, 'spec', changed(made, 'strategy', defaultedStrategy(made.strategy ?? {})));
}

export function defaultedReplicaSet(set: ReplicaSet): ReplicaSet {
  if (set.spec === undefined) return set;
  return changed(set, 'spec', filled(withTemplate(set.spec), { replicas: 1 }));
}

function claimTemplate(claim: object): object {
  const made = filled(claim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    status: { phase: 'Pending' },
  });
  return within<object, object>(made, 'spec', defaultedClaimSpec);
}

export function defaultedStatefulSet(set: StatefulSet): StatefulSet {
  if (set.spec === undefined) return set;
  const spec = filled(withTemplate(set.spec), {
    replicas: 1,
    revisionHistoryLimit: 10,
    podManagementPolicy: 'OrderedReady',
    serviceName: '',
  });
  const strategy = filled(spec.updateStrategy ?? {}, rollingUpdate) as {
    type: string;
    rollingUpdate?: object;
  };
  const updateStrategy =
    strategy.type === 'RollingUpdate'
      ? changed(strategy, 'rollingUpdate', filled(strategy.rollingUpdate ?? {}, { partition: 0 }))
      : strategy;
  const retention = filled((spec.persistentVolumeClaimRetentionPolicy ?? {}) as object, {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  const made = changed(
    changed(spec, 'updateStrategy', updateStrategy),
    'persistentVolumeClaimRetentionPolicy',
    retention,
  );
  return changed(
    set,
    'spec',
    within<object, readonly object[]>(made, 'volumeClaimTemplates', (claims) =>
      mapped(claims, claimTemplate),
    ),
  );
}

export function defaultedDaemonSet(set: DaemonSet): DaemonSet {
  if (set.spec === undefined) return set;
  const spec = filled(withTemplate(set.spec), { revisionHistoryLimit: 10 });
  const strategy = filled(spec.updateStrategy ?? {}, rollingUpdate) as {
    type: string;
    rollingUpdate?: object;
  };
  const updateStrategy =
    strategy.type === 'RollingUpdate'
      ? changed(
          strategy,
          'rollingUpdate',
          filled(strategy.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 }),
        )
      : strategy;
  return changed(set, 'spec', changed(spec, 'updateStrategy', updateStrategy));
}

const unlimitedBackoff = 2_147_483_647;

function defaultedFailurePolicy(policy: object): object {
  return within<object, readonly object[]>(policy, 'rules', (rules) =>
    mapped(rules, (rule) =>
      within<object, readonly object[]>(rule, 'onPodConditions', (patterns) =>
        mapped(patterns, (pattern) => filled(pattern, { status: 'True' })),
      ),
    ),
  );
}

function defaultedJobSpec(spec: JobSpec): JobSpec {
  const isOne = spec.completions === undefined && spec.parallelism === undefined;
  return filled(within<JobSpec, object>(withTemplate(spec), 'podFailurePolicy', defaultedFailurePolicy), {
    ...(isOne ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : unlimitedBackoff,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
}

/** An object without labels takes those of its template. */
function withLabelsOf<T extends KubeObject>(object: T, labels: Labels | undefined): T {
  const hasOwn = Object.keys(object.metadata.labels ?? {}).length > 0;
  if (hasOwn || labels === undefined || Object.keys(labels).length === 0) return object;
  return { ...object, metadata: { ...object.metadata, labels } };
}

export function defaultedJob(job: Job): Job {
  if (job.spec === undefined) return job;
  const made = changed(job, 'spec', defaultedJobSpec(job.spec));
  return withLabelsOf(made, job.spec.template?.metadata?.labels);
}

export function defaultedCronJob(job: CronJob): CronJob {
  if (job.spec === undefined) return job;
  const spec = filled(job.spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const made = within<object, object>(spec, 'jobTemplate', (template) =>
    within<object, JobSpec>(template, 'spec', withTemplate),
  );
  return changed(job, 'spec', made);
}

interface ReplicationController extends KubeObject {
  readonly spec?: { readonly selector?: Labels; readonly template?: PodTemplate };
}

export function defaultedReplicationController(controller: ReplicationController): KubeObject {
  if (controller.spec === undefined) return controller;
  const labels = controller.spec.template?.metadata?.labels;
  const made = filled(withTemplate(controller.spec), { replicas: 1, selector: labels });
  return withLabelsOf(changed(controller, 'spec', made), labels);
}
