/**
 * Fidelity: what makes a Rollout invalid (pkg/apis/rollouts/validation and getRolloutValidationErrors of Argo Rollouts 1.7), as far
 * as its behaviour depends on it. What this project does not simulate is said the same way: the Rollout is left as it is.
 */

import type { AnalysisTemplate } from './analysis/analysis-run.ts';
import { templatesOf } from './analysis/run-from-templates.ts';
import type { AnalysisReference, CanaryStep, Rollout } from './rollout.ts';

export interface Surroundings {
  readonly hasService: (name: string) => boolean;
  readonly findTemplate: (name: string, clusterScope: boolean) => AnalysisTemplate | undefined;
}

/** The first problem, or null. */
export function problemOf(rollout: Rollout, around: Surroundings): string | null {
  const { metadata, spec } = rollout;
  const problem = specProblem(spec, around);
  return problem === null ? null : `The Rollout "${metadata.name}" is invalid: ${problem}`;
}

function specProblem(spec: Rollout['spec'], around: Surroundings): string | null {
  const { selector, strategy } = spec;
  if (spec.workloadRef !== undefined)
    return 'spec.workloadRef: Forbidden: not simulated, write the template into the Rollout';
  const labels = Object.keys(selector?.matchLabels ?? {}).length;
  if (labels === 0 && (selector?.matchExpressions?.length ?? 0) === 0)
    return "spec.selector: Required value: Rollout has missing field '.spec.selector'";
  const canary = strategy?.canary;
  const blueGreen = strategy?.blueGreen;
  if (canary === undefined && blueGreen === undefined)
    return "spec.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
  if (canary !== undefined && blueGreen !== undefined)
    return 'spec.strategy.blueGreen: Invalid value: Multiple Strategies can not be listed';
  return (
    servicesProblem(spec, around) ??
    (canary?.steps ?? [])
      .map((step, index) => stepProblem(step, index, spec, around))
      .find((each) => each !== null) ??
    analysisProblem('canary.analysis', canary?.analysis, around) ??
    analysisProblem('blueGreen.prePromotionAnalysis', blueGreen?.prePromotionAnalysis, around) ??
    analysisProblem('blueGreen.postPromotionAnalysis', blueGreen?.postPromotionAnalysis, around)
  );
}

function servicesProblem({ strategy }: Rollout['spec'], around: Surroundings): string | null {
  const { canary, blueGreen } = strategy;
  if (blueGreen !== undefined && !blueGreen.activeService)
    return "spec.strategy.blueGreen.activeService: Required value: Rollout has missing field '.spec.strategy.blueGreen.activeService'";
  if (blueGreen !== undefined && blueGreen.activeService === blueGreen.previewService)
    return `spec.strategy.blueGreen.activeService: Invalid value: "${blueGreen.activeService}": This rollout uses the same service for the active and preview services, but two different services are required.`;
  if (
    canary?.trafficRouting !== undefined &&
    canary.canaryService !== undefined &&
    canary.canaryService === canary.stableService
  )
    return `spec.strategy.canary.stableService: Invalid value: "${canary.stableService}": This rollout uses the same service for the stable and canary services, but two different services are required.`;
  const named: readonly (readonly [string, string | undefined])[] = [
    ['blueGreen.activeService', blueGreen?.activeService],
    ['blueGreen.previewService', blueGreen?.previewService],
    ['canary.canaryService', canary?.canaryService],
    ['canary.stableService', canary?.stableService],
  ];
  for (const [field, name] of named)
    if (name !== undefined && !around.hasService(name))
      return `spec.strategy.${field}: Invalid value: "${name}": service "${name}" not found`;
  return null;
}

const unsupported = {
  experiment: 'an experiment',
  setHeaderRoute: 'a header route',
  setMirrorRoute: 'a mirror route',
  plugin: 'a plugin',
} as const;

function stepProblem(
  step: CanaryStep,
  index: number,
  { strategy }: Rollout['spec'],
  around: Surroundings,
): string | null {
  const field = `spec.strategy.canary.steps[${index}]`;
  for (const [member, what] of Object.entries(unsupported))
    if (step[member as keyof typeof unsupported] !== undefined)
      return `${field}.${member}: Forbidden: unsupported: ${what} is not simulated`;
  const said = [step.setWeight, step.pause, step.analysis, step.setCanaryScale].filter(
    (each) => each !== undefined,
  );
  if (said.length !== 1)
    return `${field}: Invalid value: Step must have one of the following set: experiment, setWeight, setCanaryScale or pause`;
  const { setWeight } = step;
  if (setWeight !== undefined && !(setWeight >= 0 && setWeight <= 100))
    return `${field}.setWeight: Invalid value: ${setWeight}: SetWeight needs to be between 0 and 100`;
  if (step.setCanaryScale !== undefined && strategy.canary?.trafficRouting === undefined)
    return `${field}.setCanaryScale: Invalid value: SetCanaryScale requires TrafficRouting to be set`;
  return analysisProblem(`canary.steps[${index}].analysis`, step.analysis, around);
}

function analysisProblem(
  field: string,
  analysis: AnalysisReference | undefined,
  { findTemplate }: Surroundings,
): string | null {
  if (analysis === undefined) return null;
  const found = templatesOf(analysis, findTemplate);
  if (typeof found !== 'string') return null;
  const name = /'([^']*)'/.exec(found)?.[1] ?? '';
  return `spec.strategy.${field}.templates: Invalid value: "${name}": ${found}`;
}
