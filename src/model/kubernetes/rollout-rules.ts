import type { Check } from '../check.ts';
import type { Path } from '../place.ts';
import type { ResourceSet } from '../resource.ts';
import { didYouMean } from '../suggest.ts';
import { checkBounds, checkIntOrPercent } from './rule-parts.ts';
import type { Rollout, RolloutAnalysis } from './types.ts';

/** What Argo Rollouts 1.8 asks of a Rollout beyond its pods (`pkg/apis/rollouts/validation`). */

type Spec = NonNullable<Rollout['spec']>;
type Strategy = NonNullable<Spec['strategy']>;

export function checkRollout(check: Check, spec: Spec, all: ResourceSet): void {
  const { template, workloadRef, strategy } = spec;
  if (template === undefined && workloadRef === undefined)
    check.error('missing-choice', ['spec'], 'A Rollout needs template or workloadRef.', 'Add spec.template.');
  if (template !== undefined && workloadRef !== undefined)
    check.error(
      'exclusive-fields',
      ['spec', 'workloadRef'],
      'A Rollout has template or workloadRef, not both.',
      'Remove one of them.',
    );
  if (template !== undefined && spec.selector === undefined)
    check.error('missing-field', ['spec', 'selector'], 'The Rollout lacks selector.', 'Add matchLabels.');
  const names = new References(check, all);
  if (workloadRef !== undefined)
    names.check(['spec', 'workloadRef', 'name'], workloadRef.kind ?? 'Deployment', workloadRef.name);
  const given = (['canary', 'blueGreen'] as const).filter((each) => strategy?.[each] !== undefined);
  if (given.length !== 1) {
    const message = 'A Rollout has exactly one of strategy.canary and strategy.blueGreen.';
    check.error('missing-choice', ['spec', 'strategy'], message);
  }
  if (strategy?.canary !== undefined) checkCanary(check, strategy.canary, names);
  if (strategy?.blueGreen !== undefined) checkBlueGreen(check, strategy.blueGreen, names);
}

function checkCanary(check: Check, canary: NonNullable<Strategy['canary']>, names: References): void {
  const at: Path = ['spec', 'strategy', 'canary'];
  for (const field of ['stableService', 'canaryService'] as const)
    names.check([...at, field], 'Service', canary[field]);
  if (canary.stableService !== undefined && canary.stableService === canary.canaryService)
    check.error(
      'duplicate',
      [...at, 'stableService'],
      'stableService and canaryService must be two Services.',
      'Give each a Service of its own.',
    );
  checkIntOrPercent(check, [...at, 'maxUnavailable'], canary.maxUnavailable);
  checkIntOrPercent(check, [...at, 'maxSurge'], canary.maxSurge, { percent: 999_999_999 });
  names.checkAnalysis([...at, 'analysis'], canary.analysis);
  canary.steps?.forEach((step, index) => {
    checkBounds(check, [...at, 'steps', index, 'setWeight'], step?.setWeight, { min: 0, max: 100 });
    names.checkAnalysis([...at, 'steps', index, 'analysis'], step?.analysis);
  });
}

function checkBlueGreen(check: Check, blue: NonNullable<Strategy['blueGreen']>, names: References): void {
  const at: Path = ['spec', 'strategy', 'blueGreen'];
  for (const field of ['activeService', 'previewService'] as const)
    names.check([...at, field], 'Service', blue[field]);
  if (blue.activeService !== undefined && blue.activeService === blue.previewService)
    check.error(
      'duplicate',
      [...at, 'activeService'],
      'activeService and previewService must be two Services.',
      'Give each a Service of its own.',
    );
  for (const field of ['prePromotionAnalysis', 'postPromotionAnalysis'] as const)
    names.checkAnalysis([...at, field], blue[field]);
}

/** Names of other objects: without them a Rollout stays `InvalidSpec` and never begins. */
class References {
  readonly #check: Check;
  readonly #all: ResourceSet;

  constructor(check: Check, all: ResourceSet) {
    this.#check = check;
    this.#all = all;
  }

  check(path: Path, kind: string, name: string | undefined): void {
    this.#find(path, { kind, namespace: this.#check.resource.namespace, name });
  }

  checkAnalysis(path: Path, analysis: RolloutAnalysis | undefined): void {
    analysis?.templates?.forEach((template, index) => {
      const at = [...path, 'templates', index, 'templateName'];
      const name = template?.templateName;
      if (template?.clusterScope === true)
        this.#find(at, { kind: 'ClusterAnalysisTemplate', namespace: 'default', name });
      else this.check(at, 'AnalysisTemplate', name);
    });
  }

  #find(path: Path, of: { kind: string; namespace: string; name: string | undefined }): void {
    const { kind, namespace, name } = of;
    if (name === undefined || this.#all.find(kind, namespace, name) !== null) return;
    if (this.#all.mayLack([kind], name)) return;
    const others = this.#all.byKind(kind).filter((each) => each.namespace === namespace);
    const known = others.map((each) => each.name);
    const guess = didYouMean(name, known);
    this.#check.error(
      'unknown-reference',
      path,
      `There is no ${kind} named ${name}.`,
      guess === '' ? `Add it${known.length === 0 ? '' : `, or name one of ${known.join(', ')}`}.` : guess,
    );
  }
}
