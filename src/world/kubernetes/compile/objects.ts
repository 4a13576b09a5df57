/**
 * Fidelity: what a manifest says, ready to be applied to a new cluster: without what the cluster of a dump had added to it
 * (identities, owners, addresses), in the order in which Helm installs kinds. What a Secret holds is dropped, its keys stay.
 * An autoscaled workload begins at its minimum, as it would after the first look of the autoscaler. A Rollout that refers to
 * a Deployment gets its template, and the Deployment no replicas, as the documentation of Argo Rollouts 1.8 asks.
 */
import { serverMetadata } from '../../../model/import/strip.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { RolloutDocument, WorkloadDocument } from '../../traffic/compile/cluster/manifest.ts';
import { autoscalerOf } from '../../traffic/compile/cluster/replicas.ts';
import { referredBy } from '../../traffic/compile/cluster/workload.ts';
import { asVersionTwo } from '../autoscaling/horizontal/version-one.ts';
import type { ManifestObject } from '../model.ts';
import type { KubeObject } from '../objects/meta.ts';
import { typeOfKind } from '../objects/resource-types.ts';

type Fields = Readonly<Record<string, unknown>>;
type Document = Fields & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Fields & { readonly name: string };
  readonly spec?: Fields;
};

/** A document as it is applied. */
export interface Applied {
  readonly resource: Resource;
  readonly object: ManifestObject;
}

/** Made by the cluster itself, whatever a dump says of them. */
const madeHere: ReadonlySet<string> = new Set([
  'Event',
  'Endpoints',
  'EndpointSlice',
  'Lease',
  'ControllerRevision',
  'AnalysisRun',
]);

/** What others rest upon comes first; all else keeps the order of the documents. */
const first: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'IngressClass',
  'Node',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'Service',
  'AnalysisTemplate',
  'ClusterAnalysisTemplate',
];

/** Everything that is applied before the run, in order; Nodes are told of apart. Secrets still hold what they hold. */
export function appliedObjects(resources: ResourceSet, nodeNames: ReadonlySet<string>): Applied[] {
  const custom = customNames(resources);
  const cleaner = new Cleaner(resources, nodeNames);
  const rank = ({ kind }: Resource) => (first.indexOf(kind) + first.length + 1) % (first.length + 1);
  return resources.all
    .filter((resource) => resource.kind !== 'Node' && isApplied(resource, custom))
    .map((resource) => ({ resource, object: cleaner.clean(resource) }))
    .sort((a, b) => rank(a.resource) - rank(b.resource));
}

function isApplied({ apiVersion, kind, value }: Resource, custom: ReadonlySet<string>): boolean {
  if (kind === 'CustomResourceDefinition') return !definesBuiltIn(value as Definition);
  if (typeOfKind(apiVersion, kind) !== undefined) return !madeHere.has(kind);
  return custom.has(`${apiVersion} ${kind}`);
}

interface Definition {
  readonly spec?: {
    readonly group?: string;
    readonly names?: { readonly kind?: string };
    readonly scope?: string;
    readonly versions?: readonly { readonly name?: string }[];
  };
}

/** A dump defines what is built in here: Rollouts, say. */
function definesBuiltIn({ spec }: Definition): boolean {
  return typeOfKind(`${spec?.group}/v1`, spec?.names?.kind ?? '') !== undefined;
}

function customNames(resources: ResourceSet): ReadonlySet<string> {
  const definitions = resources.byKind<Definition>('CustomResourceDefinition');
  return new Set(
    definitions.flatMap(({ value: { spec } }) =>
      (spec?.versions ?? []).map(({ name }) => `${spec?.group}/${name} ${spec?.names?.kind}`),
    ),
  );
}

/** Metadata of a document as a user would write it. */
export function plainMetadata(metadata: Document['metadata']): Document['metadata'] {
  const kept = Object.entries(metadata).filter(([field]) => !serverMetadata.has(field));
  const { finalizers, annotations, ...rest } = Object.fromEntries(kept);
  const holding = ((finalizers ?? []) as string[]).filter((name) => !isOwnFinalizer(name));
  const notes = Object.entries((annotations ?? {}) as Readonly<Record<string, string>>).filter(
    ([name]) => name !== 'deployment.kubernetes.io/revision',
  );
  return {
    ...(rest as Document['metadata']),
    ...(notes.length > 0 ? { annotations: Object.fromEntries(notes) } : {}),
    ...(holding.length > 0 ? { finalizers: holding } : {}),
  };
}

/** Kubernetes' own controllers put theirs on where they are due. */
function isOwnFinalizer(name: string): boolean {
  return /^(?:[a-z]+\.)?kubernetes\.io\//.test(name) || name === 'foregroundDeletion' || name === 'orphan';
}

class Cleaner {
  readonly #resources: ResourceSet;
  readonly #nodeNames: ReadonlySet<string>;
  readonly #handedOver: ReadonlySet<string | null>;

  constructor(resources: ResourceSet, nodeNames: ReadonlySet<string>) {
    this.#resources = resources;
    this.#nodeNames = nodeNames;
    this.#handedOver = new Set(resources.byKind<RolloutDocument>('Rollout').map(referredBy));
  }

  clean(resource: Resource): ManifestObject {
    const document = resource.value as Document;
    const namespaced = typeOfKind(resource.apiVersion, resource.kind)?.namespaced;
    const metadata = plainMetadata(document.metadata);
    const placed = namespaced === false ? metadata : { ...metadata, namespace: resource.namespace };
    return this.#ofKind({ ...document, metadata: placed }, resource) as ManifestObject;
  }

  #ofKind(document: Document, resource: Resource): Document | KubeObject {
    switch (document.kind) {
      case 'Pod':
        return this.#unbound(document);
      case 'Service':
        return withoutAddress(document);
      case 'Job':
        return withoutJobLabels(document);
      case 'PersistentVolumeClaim':
        return this.#unclaimed(document);
      case 'PersistentVolume':
        return withoutClaimant(document);
      case 'HorizontalPodAutoscaler':
        return asVersionTwo(document as unknown as KubeObject);
      case 'Rollout':
        return this.#sized(this.#complete(document, resource as Resource<RolloutDocument>), resource);
      default:
        return this.#handedOver.has(resource.id)
          ? withSpec(document, { replicas: 0 })
          : this.#sized(document, resource);
    }
  }

  /** A pod of a dump was bound to a machine that may not be here. */
  #unbound(document: Document): Document {
    const nodeName = document.spec?.['nodeName'];
    if (nodeName === undefined || this.#nodeNames.has(String(nodeName))) return document;
    return withSpec(document, {}, ['nodeName']);
  }

  #unclaimed(document: Document): Document {
    const volume = document.spec?.['volumeName'];
    if (volume === undefined || this.#resources.find('PersistentVolume', 'default', String(volume)) !== null)
      return document;
    return withSpec(document, {}, ['volumeName']);
  }

  #complete(document: Document, rollout: Resource<RolloutDocument>): Document {
    const reference = rollout.value.spec?.workloadRef;
    if (reference === undefined) return document;
    const { kind = 'Deployment', name = '' } = reference;
    const referred = this.#resources.find<WorkloadDocument>(kind, rollout.namespace, name)?.value.spec;
    if (referred === undefined) return document;
    const { selector, template } = referred as Fields;
    return withSpec(document, { selector: document.spec?.['selector'] ?? selector, template }, [
      'workloadRef',
    ]);
  }

  #sized(document: Document, resource: Resource): Document {
    const least = autoscalerOf(this.#resources, resource)?.value.spec?.minReplicas ?? 1;
    const stated = (document.spec?.['replicas'] ?? 1) as number;
    return stated === 0 || stated >= least ? document : withSpec(document, { replicas: least });
  }
}

/** The document with these fields of its spec, and without those. */
function withSpec(document: Document, fields: Fields, without: readonly string[] = []): Document {
  const spec = Object.entries({ ...document.spec, ...fields });
  return { ...document, spec: Object.fromEntries(spec.filter(([field]) => !without.includes(field))) };
}

/** Addresses are given anew, from the ranges of this cluster. */
function withoutAddress(document: Document): Document {
  return document.spec?.['clusterIP'] === undefined || document.spec['clusterIP'] === 'None'
    ? document
    : withSpec(document, {}, ['clusterIP', 'clusterIPs']);
}

const jobLabels: ReadonlySet<string> = new Set([
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
]);

/** The server selects a Job's pods by an identity of its own making, unless its user does. */
function withoutJobLabels(document: Document): Document {
  const { spec } = document;
  if (spec?.['selector'] === undefined || spec['manualSelector'] === true) return document;
  const template = (spec['template'] ?? {}) as { readonly metadata?: { readonly labels?: Fields } };
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(([label]) => !jobLabels.has(label));
  const metadata = { ...template.metadata, labels: Object.fromEntries(labels) };
  return withSpec(document, { template: { ...template, metadata } }, ['selector']);
}

/** The claim has another identity here. */
function withoutClaimant(document: Document): Document {
  const claimant = document.spec?.['claimRef'] as Fields | undefined;
  if (claimant === undefined) return document;
  const { uid: _uid, resourceVersion: _version, ...claimRef } = claimant;
  return withSpec(document, { claimRef });
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A Secret without what it holds: its keys stay. */
export function withoutSecrets(object: ManifestObject): ManifestObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  const { data, stringData, metadata, ...rest } = object as ManifestObject & {
    readonly data?: Fields;
    readonly stringData?: Fields;
  };
  const { annotations = {}, ...others } = metadata as typeof metadata & { readonly annotations?: Fields };
  const notes = Object.entries(annotations).filter(([name]) => name !== lastApplied);
  const keys = [...Object.keys(data ?? {}), ...Object.keys(stringData ?? {})];
  return {
    ...rest,
    metadata: { ...others, ...(notes.length > 0 ? { annotations: Object.fromEntries(notes) } : {}) },
    ...(keys.length > 0 ? { data: Object.fromEntries(keys.map((key) => [key, ''])) } : {}),
  } as ManifestObject;
}
