/**
 * Fidelity: an AnalysisRun from the templates that it is asked for by (utils/analysis of Argo Rollouts 1.7): metrics of
 * all templates together, arguments from the Rollout, from the pods' hashes and from its own metadata.
 */
import type { KubeObject } from '../../objects/meta.ts';
import type { AnalysisReference } from '../rollout.ts';
import type { AnalysisRun, AnalysisTemplate, Argument } from './analysis-run.ts';
import { mergeArguments } from './arguments.ts';

export interface TemplateSource {
  /** The template of that name, of the namespace or of the cluster. */
  readonly find: (name: string, clusterScope: boolean) => AnalysisTemplate | undefined;
  readonly rollout: KubeObject;
  readonly latestHash: string;
  readonly stableHash: string;
}

/** All templates that are named, those that these name included; the words of the controller where one is missing. */
export function templatesOf(
  reference: Pick<AnalysisReference, 'templates'>,
  find: TemplateSource['find'],
): readonly AnalysisTemplate[] | string {
  const found = new Map<string, AnalysisTemplate>();
  const waiting = [...(reference.templates ?? [])];
  for (const { templateName, clusterScope = false } of waiting) {
    const key = `${clusterScope}/${templateName}`;
    if (found.has(key)) continue;
    const template = find(templateName, clusterScope);
    if (template === undefined)
      return `${clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate'} '${templateName}' not found`;
    found.set(key, template);
    waiting.push(...(template.spec.templates ?? []));
  }
  return [...found.values()];
}

/** What the run is to measure, or why there can be none. */
export function runSpec(reference: AnalysisReference, source: TemplateSource): AnalysisRun['spec'] | string {
  const templates = templatesOf(reference, source.find);
  if (typeof templates === 'string') return templates;
  const given = (reference.args ?? []).map(
    ({ name, value, valueFrom }): Argument => ({ name, value: value ?? givenBy(valueFrom, source) }),
  );
  const declared = new Map<string, Argument>();
  for (const { spec } of templates)
    for (const argument of spec.args ?? [])
      if (declared.get(argument.name)?.value === undefined) declared.set(argument.name, argument);
  const args = mergeArguments(given, [...declared.values()]);
  if (typeof args === 'string') return args;
  const all = <T>(of: (spec: AnalysisTemplate['spec']) => readonly T[] | undefined) =>
    templates.flatMap(({ spec }) => of(spec) ?? []);
  const dryRun = all(({ dryRun: each }) => each);
  const measurementRetention = all(({ measurementRetention: each }) => each);
  return {
    metrics: all(({ metrics }) => metrics),
    ...(args.length > 0 ? { args } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(measurementRetention.length > 0 ? { measurementRetention } : {}),
  };
}

type ValueFrom = NonNullable<AnalysisReference['args']>[number]['valueFrom'];

function givenBy(from: ValueFrom, { rollout, latestHash, stableHash }: TemplateSource): string {
  if (from?.podTemplateHashValue !== undefined)
    return from.podTemplateHashValue === 'Latest' ? latestHash : stableHash;
  return fieldOf(rollout, from?.fieldRef?.fieldPath ?? '');
}

const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/;

/** `metadata.name`, `metadata.labels['tier']`, `spec.replicas`; empty for what is not there. */
function fieldOf(object: KubeObject, path: string): string {
  const match = keyed.exec(path);
  if (match !== null) return object.metadata[match[1] as 'labels' | 'annotations']?.[match[2]] ?? '';
  let value: unknown = object;
  for (const part of path.split('.'))
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[part];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
