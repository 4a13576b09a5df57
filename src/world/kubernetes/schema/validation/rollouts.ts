/**
 * Fidelity: what the CustomResourceDefinition of Argo Rollouts 1.8 refuses, and the rules of its controller's validation
 * (pkg/apis/rollouts/validation) that hold for every Rollout. In life the controller reports those as the condition
 * InvalidSpec; here the server refuses them at once.
 */
import type { IntOrString, KubeObject, LabelSelector } from '../../objects/meta.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import { defaultedTemplate } from '../defaults/pods.ts';
import { checkLabelSelector, isEmptySelector } from './metadata.ts';
import { checkTemplate } from './pods.ts';
import { at, child, type Problems } from './problems.ts';
import { checkIntOrPercent } from './workloads.ts';

interface Step {
  readonly setWeight?: number;
  readonly pause?: { readonly duration?: IntOrString };
  readonly analysis?: { readonly templates?: readonly unknown[] };
  readonly setCanaryScale?: {
    readonly weight?: number;
    readonly replicas?: number;
    readonly matchTrafficWeight?: boolean;
  };
}

interface RolloutSpec {
  readonly replicas?: number;
  readonly selector?: LabelSelector;
  readonly template?: PodTemplate;
  readonly workloadRef?: unknown;
  readonly minReadySeconds?: number;
  readonly progressDeadlineSeconds?: number;
  readonly strategy?: {
    readonly canary?: {
      readonly maxSurge?: IntOrString;
      readonly maxUnavailable?: IntOrString;
      readonly canaryService?: string;
      readonly stableService?: string;
      readonly trafficRouting?: unknown;
      readonly steps?: readonly Step[];
    };
    readonly blueGreen?: { readonly activeService?: string; readonly previewService?: string };
  };
}

export function checkRollout(problems: Problems, rollout: KubeObject): void {
  const spec = (rollout.spec ?? {}) as RolloutSpec;
  problems.nonNegative('spec.replicas', spec.replicas);
  if (spec.selector === undefined && spec.workloadRef === undefined)
    problems.required('spec.selector', "Rollout has missing field '.spec.selector'");
  else if (spec.selector !== undefined) {
    checkLabelSelector(problems, 'spec.selector', spec.selector);
    if (isEmptySelector(spec.selector))
      problems.invalid('spec.selector', spec.selector, 'empty selector is invalid for deployment');
  }
  if (spec.template !== undefined && spec.workloadRef === undefined)
    checkTemplate(problems, 'spec.template', defaultedTemplate(spec.template), spec.selector);
  else if (spec.template === undefined && spec.workloadRef === undefined) problems.required('spec.template');
  problems.nonNegative('spec.minReadySeconds', spec.minReadySeconds);
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  if (deadline !== undefined && deadline !== 0 && deadline <= minReadySeconds)
    problems.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  checkStrategy(problems, spec.strategy);
}

function checkStrategy(problems: Problems, strategy: RolloutSpec['strategy']): void {
  const path = 'spec.strategy';
  const { canary, blueGreen } = strategy ?? {};
  if (canary === undefined && blueGreen === undefined)
    problems.required(path, "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'");
  if (canary !== undefined && blueGreen !== undefined)
    problems.invalid(path, '', 'Multiple Strategies can not be listed');
  if (blueGreen !== undefined) {
    const { activeService, previewService } = blueGreen;
    if (!activeService) problems.required(`${path}.blueGreen.activeService`);
    else if (activeService === previewService)
      problems.invalid(
        `${path}.blueGreen.activeService`,
        activeService,
        'This rollout uses the same service for the active and preview services, but two different services are required.',
      );
  }
  if (canary !== undefined) checkCanary(problems, `${path}.canary`, canary);
}

function checkCanary(
  problems: Problems,
  path: string,
  canary: NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>,
): void {
  const { maxSurge, maxUnavailable, canaryService, stableService } = canary;
  for (const [field, value] of Object.entries({ maxSurge, maxUnavailable }))
    if (value !== undefined) checkIntOrPercent(problems, child(path, field), value);
  if (canaryService !== undefined && canaryService !== '' && canaryService === stableService)
    problems.invalid(
      child(path, 'stableService'),
      canaryService,
      'This rollout uses the same service for the stable and canary services, but two different services are required.',
    );
  for (const [index, step] of (canary.steps ?? []).entries()) {
    const place = at(child(path, 'steps'), index);
    const kinds = Object.keys(step);
    if (kinds.length !== 1)
      problems.invalid(
        place,
        kinds.join(', '),
        'Step must have one of the following set: experiment, setWeight, setCanaryScale or pause',
      );
    const { setWeight, pause } = step;
    if (setWeight !== undefined && (setWeight < 0 || setWeight > 100))
      problems.invalid(child(place, 'setWeight'), setWeight, 'SetWeight needs to be between 0 and 100');
    const { duration } = pause ?? {};
    if (
      duration !== undefined &&
      !(typeof duration === 'number'
        ? duration >= 0
        : /^(\d+|(\d+(\.\d+)?(ns|us|ms|s|m|h))+)$/.test(duration))
    )
      problems.invalid(child(place, 'pause.duration'), duration, 'Duration needs to be greater than 0');
  }
}
