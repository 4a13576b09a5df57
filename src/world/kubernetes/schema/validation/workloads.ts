/** Fidelity: validation of apps/v1 and batch/v1 (apps and batch validation.go, 1.32), with what may change in each. */
import { scaledValue } from '../../objects/int-or-percent.ts';
import type { IntOrString, LabelSelector } from '../../objects/meta.ts';
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
import { sameValue } from '../../store/equality.ts';
import { parseCronSchedule } from './cron.ts';
import { checkIndexLimits, checkPolicies, checkRestartPolicy } from './job-policies.ts';
import { checkLabelSelector, isEmptySelector, selectorInGo } from './metadata.ts';
import { percentErrors } from './names.ts';
import { checkTemplate } from './pods.ts';
import { child, type Problems, Written } from './problems.ts';

const immutable = 'field is immutable';

/** A selector that is there and says something. */
function checkSelector(
  problems: Problems,
  path: string,
  selector: LabelSelector | undefined,
  kind: string,
): void {
  if (selector === undefined) problems.required(path);
  else {
    checkLabelSelector(problems, path, selector);
    if (isEmptySelector(selector))
      problems.invalid(path, new Written(selectorInGo(selector)), `empty selector is invalid for ${kind}`);
  }
}

function checkSameSelector(
  problems: Problems,
  path: string,
  now: LabelSelector | undefined,
  before: LabelSelector | undefined,
): void {
  if (now !== undefined && !sameValue(now, before))
    problems.invalid(path, new Written(selectorInGo(now)), immutable);
}

/** A count, or a percentage from 0 % to 100 %. */
export function checkIntOrPercent(
  problems: Problems,
  path: string,
  value: IntOrString,
  isShare = true,
): void {
  if (typeof value === 'number') problems.nonNegative(path, value);
  else {
    const errors = percentErrors(value);
    problems.each(path, value, errors);
    if (isShare && errors.length === 0 && scaledValue(value, 100, true)! > 100)
      problems.invalid(path, value, 'must not be greater than 100%');
  }
}

function isZero(value: IntOrString | undefined): boolean {
  return value === undefined || value === 0 || /^0+%$/.test(String(value));
}

function checkRolling(
  problems: Problems,
  path: string,
  rolling: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } | undefined,
): void {
  if (rolling === undefined) {
    problems.required(path, 'this should be defaulted and never be nil');
    return;
  }
  const { maxUnavailable, maxSurge } = rolling;
  if (maxUnavailable !== undefined)
    checkIntOrPercent(problems, child(path, 'maxUnavailable'), maxUnavailable);
  if (maxSurge !== undefined) checkIntOrPercent(problems, child(path, 'maxSurge'), maxSurge, false);
  if (isZero(maxUnavailable) && isZero(maxSurge))
    problems.invalid(child(path, 'maxUnavailable'), maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0');
}

export function checkDeployment(problems: Problems, { spec }: Deployment, old: Deployment | null): void {
  const path = 'spec';
  problems.nonNegative(child(path, 'replicas'), spec.replicas);
  checkSelector(problems, child(path, 'selector'), spec.selector, 'deployment');
  checkTemplate(problems, child(path, 'template'), spec.template, spec.selector);
  const { type, rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined)
      problems.forbidden(
        child(path, 'strategy.rollingUpdate'),
        "may not be specified when strategy `type` is 'Recreate'",
      );
  } else if (type === 'RollingUpdate')
    checkRolling(problems, child(path, 'strategy.rollingUpdate'), rollingUpdate);
  else problems.unsupported(child(path, 'strategy'), type ?? '', ['Recreate', 'RollingUpdate']);
  problems.nonNegative(child(path, 'minReadySeconds'), spec.minReadySeconds);
  problems.nonNegative(child(path, 'revisionHistoryLimit'), spec.revisionHistoryLimit);
  const { progressDeadlineSeconds: deadline } = spec;
  problems.nonNegative(child(path, 'progressDeadlineSeconds'), deadline);
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0))
    problems.invalid(
      child(path, 'progressDeadlineSeconds'),
      deadline,
      'must be greater than minReadySeconds',
    );
  if (old !== null) checkSameSelector(problems, child(path, 'selector'), spec.selector, old.spec.selector);
}

export function checkReplicaSet(problems: Problems, { spec }: ReplicaSet, old: ReplicaSet | null): void {
  problems.nonNegative('spec.replicas', spec.replicas);
  problems.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
  checkSelector(problems, 'spec.selector', spec.selector, 'deployment');
  if (spec.template === undefined) problems.required('spec.template');
  else checkTemplate(problems, 'spec.template', spec.template, spec.selector);
  if (old !== null) checkSameSelector(problems, 'spec.selector', spec.selector, old.spec.selector);
}

export function checkDaemonSet(problems: Problems, { spec }: DaemonSet, old: DaemonSet | null): void {
  checkSelector(problems, 'spec.selector', spec.selector, 'daemonset');
  checkTemplate(problems, 'spec.template', spec.template, spec.selector);
  problems.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === 'RollingUpdate') checkDaemonRolling(problems, rollingUpdate);
  else if (type !== 'OnDelete')
    problems.unsupported('spec.updateStrategy', type ?? '', ['RollingUpdate', 'OnDelete']);
  problems.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  if (old !== null) checkSameSelector(problems, 'spec.selector', spec.selector, old.spec.selector);
}

function checkDaemonRolling(
  problems: Problems,
  rolling: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } | undefined,
): void {
  const path = 'spec.updateStrategy.rollingUpdate';
  if (rolling === undefined) {
    problems.required(path);
    return;
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rolling;
  checkIntOrPercent(problems, child(path, 'maxUnavailable'), maxUnavailable);
  checkIntOrPercent(problems, child(path, 'maxSurge'), maxSurge);
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    problems.invalid(child(path, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (isZero(maxUnavailable) && isZero(maxSurge))
    problems.required(child(path, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0');
}

const statefulSetMessage =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const statefulSetFixed = ['selector', 'serviceName', 'podManagementPolicy', 'volumeClaimTemplates'] as const;

export function checkStatefulSet(problems: Problems, { spec }: StatefulSet, old: StatefulSet | null): void {
  problems.oneOf('spec.podManagementPolicy', spec.podManagementPolicy, ['OrderedReady', 'Parallel']);
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type === undefined) problems.required('spec.updateStrategy');
  else if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      problems.invalid(
        'spec.updateStrategy.rollingUpdate',
        rollingUpdate,
        "only allowed for updateStrategy 'RollingUpdate'",
      );
  } else if (type === 'RollingUpdate') {
    problems.nonNegative('spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition);
    if (rollingUpdate?.maxUnavailable !== undefined) {
      checkIntOrPercent(
        problems,
        'spec.updateStrategy.rollingUpdate.maxUnavailable',
        rollingUpdate.maxUnavailable,
      );
      if (isZero(rollingUpdate.maxUnavailable))
        problems.invalid('spec.updateStrategy.rollingUpdate.maxUnavailable', 0, 'cannot be 0');
    }
  } else problems.invalid('spec.updateStrategy', type, "must be 'RollingUpdate' or 'OnDelete'");
  problems.nonNegative('spec.replicas', spec.replicas);
  problems.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
  problems.nonNegative('spec.ordinals.start', spec.ordinals?.start);
  checkSelector(problems, 'spec.selector', spec.selector, 'statefulset');
  checkTemplate(problems, 'spec.template', withClaims(spec), spec.selector);
  if (old !== null && statefulSetFixed.some((field) => !sameValue(spec[field], old.spec[field])))
    problems.forbidden('spec', statefulSetMessage);
}

/** The template with the volumes that its pods get for the claims: containers may mount them. */
function withClaims({ template, volumeClaimTemplates = [] }: StatefulSet['spec']): PodTemplate {
  const volumes = template?.spec?.volumes ?? [];
  const claims = volumeClaimTemplates as readonly { readonly metadata?: { readonly name?: string } }[];
  const claimed = claims
    .map(({ metadata }) => metadata?.name)
    .filter((name) => name !== undefined && volumes.every((volume) => volume.name !== name))
    .map((name) => ({ name: name!, persistentVolumeClaim: { claimName: name! } }));
  if (claimed.length === 0) return template;
  return { ...template, spec: { ...template.spec, volumes: [...volumes, ...claimed] } };
}

function checkJobSpec(problems: Problems, path: string, spec: JobSpec, isMade: boolean): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const)
    problems.nonNegative(child(path, field), spec[field]);
  const { completionMode } = spec;
  if (completionMode !== undefined && completionMode !== 'NonIndexed' && completionMode !== 'Indexed')
    problems.unsupported(child(path, 'completionMode'), completionMode, ['NonIndexed', 'Indexed']);
  checkIndexLimits(problems, path, spec);
  checkPolicies(problems, path, spec);
  if (isMade) {
    if (spec.selector === undefined) problems.required(child(path, 'selector'));
    else checkLabelSelector(problems, child(path, 'selector'), spec.selector);
  } else if (spec.manualSelector === true)
    problems.unsupported(child(path, 'manualSelector'), true, ['nil', 'false']);
  checkTemplate(problems, child(path, 'template'), spec.template, isMade ? spec.selector : null, null);
  checkRestartPolicy(problems, path, spec);
}

export function checkJob(problems: Problems, job: Job, old: Job | null): void {
  const { spec } = job;
  checkJobSpec(problems, 'spec', spec, true);
  if (old === null) return;
  const before = old.spec;
  const isElastic = before.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (spec.completions !== before.completions && !isElastic)
    problems.invalid('spec.completions', spec.completions, immutable);
  if (!sameValue(spec.selector, before.selector))
    checkSameSelector(problems, 'spec.selector', spec.selector, before.selector);
  const mayReschedule = before.suspend === true && old.status?.startTime === undefined;
  if (
    !sameValue(spec.template, before.template) &&
    !(mayReschedule && sameValue(placed(spec), placed(before)))
  )
    problems.invalid('spec.template', spec.template, immutable);
  for (const field of [
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'successPolicy',
  ] as const)
    if (!sameValue(spec[field], before[field]))
      problems.invalid(child('spec', field), spec[field], immutable);
}

/** A template without what says where its pods may run, which may change while a Job that never ran is suspended. */
function placed({ template }: JobSpec): unknown {
  const { metadata: _, spec } = template;
  const { nodeSelector: __, affinity: ___, tolerations: ____, ...rest } = spec;
  return rest;
}

export function checkCronJob(problems: Problems, { spec }: CronJob, _old: CronJob | null): void {
  checkJobSpec(problems, 'spec.jobTemplate.spec', spec.jobTemplate?.spec ?? ({} as JobSpec), false);
  if (!spec.schedule) problems.required('spec.schedule');
  else {
    const error = parseCronSchedule(spec.schedule);
    if (error !== null) problems.invalid('spec.schedule', spec.schedule, error);
    else if (/TZ/.test(spec.schedule))
      problems.invalid(
        'spec.schedule',
        spec.schedule,
        'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      );
  }
  problems.nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  problems.oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  problems.nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  problems.nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
  if (spec.timeZone !== undefined) {
    if (spec.timeZone === '')
      problems.invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string');
    else if (spec.timeZone.toLowerCase() === 'local')
      problems.invalid(
        'spec.timeZone',
        spec.timeZone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      );
  }
}
