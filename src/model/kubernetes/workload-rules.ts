import type { Diagnostics } from '../../base/diagnostics.ts';
import { Check } from '../check.ts';
import { limits } from '../limits.ts';
import type { Path } from '../place.ts';
import type { Resource, ResourceSet } from '../resource.ts';
import { checkPodTemplate } from './pod-rules.ts';
import { checkRollout } from './rollout-rules.ts';
import { checkBounds, checkChoice, checkIntOrPercent, checkSelector, selects } from './rule-parts.ts';
import type { ReplicationController, Rollout, Workload } from './types.ts';

/** Rules of what keeps pods running, after Kubernetes 1.32 (`pkg/apis/apps/validation`). */

type Spec = NonNullable<Workload['spec']>;

export function deploymentRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Workload).spec;
  if (spec === undefined) return;
  checkWorkload(check, spec);
  checkBounds(check, ['spec', 'revisionHistoryLimit'], spec.revisionHistoryLimit, { min: 0 });
  checkProgress(check, spec);
  checkStrategy(check, spec.strategy);
}

export function statefulSetRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Workload).spec;
  if (spec === undefined) return;
  checkWorkload(check, spec);
  checkChoice(check, ['spec', 'podManagementPolicy'], spec.podManagementPolicy, ['OrderedReady', 'Parallel']);
  checkChoice(check, ['spec', 'updateStrategy', 'type'], spec.updateStrategy?.type, [
    'RollingUpdate',
    'OnDelete',
  ]);
  const rolling = spec.updateStrategy?.rollingUpdate;
  checkBounds(check, ['spec', 'updateStrategy', 'rollingUpdate', 'partition'], rolling?.partition, {
    min: 0,
  });
}

export function daemonSetRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Workload).spec;
  if (spec === undefined) return;
  checkWorkload(check, spec);
  checkChoice(check, ['spec', 'updateStrategy', 'type'], spec.updateStrategy?.type, [
    'RollingUpdate',
    'OnDelete',
  ]);
}

export function replicaSetRules(resource: Resource, diagnostics: Diagnostics): void {
  const spec = (resource.value as Workload).spec;
  if (spec !== undefined) checkWorkload(new Check(resource, diagnostics), spec);
}

/** Its selector is a plain map, by default the labels of the template. */
export function replicationControllerRules(resource: Resource, diagnostics: Diagnostics): void {
  const spec = (resource.value as ReplicationController).spec;
  if (spec === undefined) return;
  const { selector, ...rest } = spec;
  const labels = selector === undefined ? {} : { selector: { matchLabels: selector } };
  checkWorkload(new Check(resource, diagnostics), { ...rest, ...labels });
}

/** After Argo Rollouts 1.8 (`pkg/apis/rollouts/validation`). */
export function rolloutRules(resource: Resource, diagnostics: Diagnostics, all: ResourceSet): void {
  const check = new Check(resource, diagnostics);
  const { spec } = resource.value as Rollout;
  if (spec === undefined) return;
  const { strategy: _strategy, workloadRef, ...workload } = spec;
  if (workloadRef === undefined && workload.template !== undefined) checkWorkload(check, workload);
  else checkReplicas(check, spec.replicas);
  checkRollout(check, spec, all);
}

function checkWorkload(check: Check, spec: Spec): void {
  checkReplicas(check, spec.replicas);
  checkBounds(check, ['spec', 'minReadySeconds'], spec.minReadySeconds, { min: 0 });
  checkSelectorOfPods(check, spec);
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => claim?.metadata?.name ?? '');
  checkPodTemplate(check, ['spec', 'template'], { template: spec.template, claims });
}

function checkReplicas(check: Check, replicas: number | undefined): void {
  const path: Path = ['spec', 'replicas'];
  checkBounds(check, path, replicas, { min: 0 });
  if (replicas !== undefined && replicas > limits.replicas)
    check.error(
      'too-many-replicas',
      path,
      `${replicas} replicas are more than the ${limits.replicas} that can be simulated.`,
      'Simulate a share of the fleet: divide replicas and demand by the same number.',
    );
}

function checkSelectorOfPods(check: Check, spec: Spec): void {
  const path: Path = ['spec', 'selector'];
  const { selector } = spec;
  if (selector === undefined) return;
  checkSelector(check, path, selector);
  const labels = spec.template?.metadata?.labels ?? {};
  const conditions =
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length;
  if (conditions === 0)
    check.error('empty-selector', path, 'The selector selects nothing.', 'Add matchLabels.');
  else if (!selects(selector, labels))
    check.error(
      'selector-mismatch',
      ['spec', 'template', 'metadata', 'labels'],
      'The selector does not match the labels of the template.',
      'Give spec.selector.matchLabels and spec.template.metadata.labels the same labels.',
    );
}

function checkProgress(check: Check, spec: Spec): void {
  const deadline = spec.progressDeadlineSeconds;
  const path: Path = ['spec', 'progressDeadlineSeconds'];
  checkBounds(check, path, deadline, { min: 0 });
  const ready = spec.minReadySeconds ?? 0;
  if (deadline !== undefined && deadline >= 0 && deadline <= ready)
    check.error(
      'out-of-range',
      path,
      `progressDeadlineSeconds must be more than minReadySeconds (${ready}).`,
    );
}

function checkStrategy(check: Check, strategy: Spec['strategy']): void {
  const path: Path = ['spec', 'strategy'];
  checkChoice(check, [...path, 'type'], strategy?.type, ['Recreate', 'RollingUpdate']);
  const rolling = strategy?.rollingUpdate;
  if (rolling === undefined) return;
  const at: Path = [...path, 'rollingUpdate'];
  if (strategy?.type === 'Recreate') {
    check.error('exclusive-fields', at, 'Recreate takes no rollingUpdate.', 'Remove one of the two.');
    return;
  }
  checkIntOrPercent(check, [...at, 'maxUnavailable'], rolling.maxUnavailable);
  checkIntOrPercent(check, [...at, 'maxSurge'], rolling.maxSurge, { percent: 999_999_999 });
  const none = (value: unknown) => value === 0 || value === '0%';
  if (none(rolling.maxSurge) && none(rolling.maxUnavailable))
    check.error(
      'out-of-range',
      [...at, 'maxUnavailable'],
      'maxSurge and maxUnavailable cannot both be 0: a rollout could never begin.',
      'Give one of them at least 1.',
    );
}
