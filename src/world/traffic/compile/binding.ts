/**
 * Fidelity: no mechanism; finds whose behaviour each ServiceModel is, by name, as a Kubernetes object refers to another.
 */
import type { Diagnostics } from '../../../base/diagnostics.ts';
import type { ServiceModel } from '../../../model/kinds/service-model.ts';
import { type Resource, type ResourceSet, resourceId } from '../../../model/resource.ts';
import type { Deployed, Deployments } from './cluster/workload.ts';
import { suggestionAmong, where } from './report.ts';

/** Ids of the Services that ServiceModels describe, e.g. `Service shop/payments`. */
export function modelledServices(resources: ResourceSet): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const model of resources.byKind<ServiceModel>('ServiceModel')) {
    const service = model.value.spec.for.service;
    if (service !== undefined) ids.add(resourceId('Service', model.namespace, service));
  }
  return ids;
}

/** Whose behaviour each ServiceModel is. */
export interface Bindings {
  readonly bound: ReadonlyMap<Deployed, Resource<ServiceModel>>;
  /** Those that are nobody's: each is an error, or stands for a document that was left out. */
  readonly stray: readonly Resource<ServiceModel>[];
}

/** Finds whose behaviour each ServiceModel is; one that finds nobody, or somebody who has one already, is an error. */
export function bindModels(
  resources: ResourceSet,
  deployments: Deployments,
  diagnostics: Diagnostics,
): Bindings {
  const stray: Resource<ServiceModel>[] = [];
  const bound = new Map<Deployed, Resource<ServiceModel>>();
  for (const model of resources.byKind<ServiceModel>('ServiceModel')) {
    const target = targetOf(model, deployments);
    const other = target === null ? undefined : bound.get(target);
    if (target !== null && other === undefined) {
      bound.set(target, model);
      continue;
    }
    stray.push(model);
    if (target === null || other === undefined) reportUnbound(model, resources, diagnostics);
    // With documents left out, two names may turn out to mean two services.
    else if (resources.whole || sameTarget(model, other))
      diagnostics.error(
        'service-model-twice',
        `${model.id} describes ${target.name}, which ${other.id} describes already.`,
        where(model, ['spec', 'for'], 'Keep one ServiceModel for each service.'),
      );
  }
  return { bound, stray };
}

function sameTarget(one: Resource<ServiceModel>, other: Resource<ServiceModel>): boolean {
  const [a, b] = [meantBy(one), meantBy(other)];
  return one.namespace === other.namespace && a.kind === b.kind && a.name === b.name;
}

/** Kinds by the field of `for` that names one. */
const kindOf = {
  service: 'Service',
  deployment: 'Deployment',
  statefulSet: 'StatefulSet',
  daemonSet: 'DaemonSet',
  rollout: 'Rollout',
} as const;

interface Meant {
  readonly field: keyof typeof kindOf;
  readonly kind: string;
  readonly name: string;
}

function meantBy({ value }: Resource<ServiceModel>): Meant {
  const written = value.spec.for;
  const fields = Object.keys(kindOf) as Meant['field'][];
  const field = fields.find((each) => written[each] !== undefined) ?? 'service';
  return { field, kind: kindOf[field], name: written[field] ?? '' };
}

function targetOf(model: Resource<ServiceModel>, deployments: Deployments): Deployed | null {
  const { field, kind, name } = meantBy(model);
  return field === 'service'
    ? deployments.byName(model.namespace, name)
    : deployments.byWorkloadId(resourceId(kind, model.namespace, name));
}

function reportUnbound(
  model: Resource<ServiceModel>,
  resources: ResourceSet,
  diagnostics: Diagnostics,
): void {
  const { field, kind, name } = meantBy(model);
  if (field === 'service' ? resources.mayServe(name) : resources.mayLack([kind], name)) return;
  const existing = resources
    .byKind(kind)
    .filter((one) => one.namespace === model.namespace)
    .map((one) => one.name);
  const elsewhere = resources.byKind(kind).find((one) => one.name === name);
  const remedy =
    existing.length === 0 && elsewhere
      ? `${elsewhere.id} is in another namespace: give the ServiceModel metadata.namespace: ${elsewhere.namespace}.`
      : suggestionAmong(resources, [kind], name, existing, `${kind}s in namespace ${model.namespace}`);
  diagnostics.error(
    'service-model-unbound',
    `${model.id} is for ${kind} ${name}, which is not among the manifests.`,
    where(model, ['spec', 'for', field], remedy),
  );
}
