/**
 * Fidelity: how a Deployment finds its ReplicaSets and numbers them: `FindNewReplicaSet`, `EqualIgnoreHash`,
 * `SetNewReplicaSetAnnotations`, `cleanupDeployment` (deployment_util.go and sync.go, 1.32).
 */
import { controlledBy, type Draft, type Labels } from '../../objects/meta.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import { boundsOf, newSetReplicas, replicasOf } from './rolling-update.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
export const hashLabel = 'pod-template-hash';
const historyCharactersMax = 2000;

/** A Deployment's own annotations that its ReplicaSets do not take over. */
const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]);

/** Whether two templates say the same apart from the label that tells ReplicaSets apart. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  if (a === b) return true;
  const known = compared.get(a);
  if (known?.template === b) return known.same;
  const same = saysTheSame(a, b);
  compared.set(a, { template: b, same });
  return same;
}

/** What a template was last compared with. */
const compared = new WeakMap<PodTemplate, { readonly template: PodTemplate; readonly same: boolean }>();

function saysTheSame(a: PodTemplate, b: PodTemplate): boolean {
  if (!sameValue(a.spec, b.spec)) return false;
  const { labels: labelsOfA, annotations: annotationsOfA, ...restOfA } = a.metadata ?? {};
  const { labels: labelsOfB, annotations: annotationsOfB, ...restOfB } = b.metadata ?? {};
  return (
    sameValue(withoutHash(labelsOfA), withoutHash(labelsOfB)) &&
    sameValue(annotationsOfA ?? {}, annotationsOfB ?? {}) &&
    sameValue(restOfA, restOfB)
  );
}

function withoutHash(labels: Labels | undefined): Labels {
  const { [hashLabel]: _, ...rest } = labels ?? {};
  return rest;
}

/** Oldest first; of the same second by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [ofA, ofB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (ofA !== ofB) return ofA < ofB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** The set with the Deployment's template: the oldest one should there be several. `sets` are oldest first. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

/** The number of a revision; 0 for none. */
export function revisionOf({ metadata }: { readonly metadata: { readonly annotations?: Labels } }): number {
  const revision = Number(metadata.annotations?.[revisionAnnotation] ?? 0);
  return Number.isSafeInteger(revision) ? revision : 0;
}

export function nextRevision(old: readonly ReplicaSet[]): number {
  return old.reduce((most, set) => Math.max(most, revisionOf(set)), 0) + 1;
}

/** A number from an annotation of a ReplicaSet; null when there is none. */
function numberIn(set: ReplicaSet, annotation: string): number | null {
  const text = set.metadata.annotations?.[annotation];
  return text === undefined || !/^-?\d+$/.test(text) ? null : Number(text);
}

export function desiredIn(set: ReplicaSet): number | null {
  return numberIn(set, desiredAnnotation);
}

export function maxIn(set: ReplicaSet): number | null {
  return numberIn(set, maxAnnotation);
}

/** The annotations of a set that is scaled for this Deployment. */
export function sizeAnnotations(deployment: Deployment): Labels {
  const desired = replicasOf(deployment);
  return {
    [desiredAnnotation]: String(desired),
    [maxAnnotation]: String(desired + boundsOf(deployment).surge),
  };
}

const nothing: Labels = {};

function copiedAnnotations(deployment: Deployment): Labels {
  if (deployment.metadata.annotations === undefined) return nothing;
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !notCopied.has(name)),
  );
}

/** The annotations that the new set should bear as this revision; an older revision of its own goes into its history. */
export function revisedAnnotations(deployment: Deployment, set: ReplicaSet, revision: number): Labels {
  const before = set.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before, ...copiedAnnotations(deployment) };
  if (revisionOf(set) >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  const old = before[revisionAnnotation];
  if (old !== undefined) annotations[historyAnnotation] = withHistory(before[historyAnnotation], old);
  return annotations;
}

/** The newest revisions that fit. */
function withHistory(history: string | undefined, revision: string): string {
  const revisions = history === undefined || history === '' ? [revision] : [...history.split(','), revision];
  while (revisions.length > 1 && revisions.join(',').length > historyCharactersMax) revisions.shift();
  return revisions.join(',');
}

/** The ReplicaSet for a template that has none yet. */
export function newSetFor(
  deployment: Deployment,
  hash: string,
  old: readonly ReplicaSet[],
): Draft<ReplicaSet> {
  const { name, namespace = '' } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const total = old.reduce((sum, set) => sum + replicasOf(set), 0);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...copiedAnnotations(deployment),
        ...sizeAnnotations(deployment),
        [revisionAnnotation]: String(nextRevision(old)),
      },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: newSetReplicas(deployment, total, 0),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

/** Old sets beyond the history limit that can go: empty, observed, and the oldest revisions first. */
export function setsToForget(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const kept = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [...kept]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b))
    .slice(0, Math.max(0, kept.length - limit))
    .filter(isIdle);
}

function isIdle(set: ReplicaSet): boolean {
  const observed = set.status?.observedGeneration ?? 0;
  return (
    (set.status?.replicas ?? 0) === 0 && replicasOf(set) === 0 && (set.metadata.generation ?? 0) <= observed
  );
}
