/**
 * Fidelity: the resources of a Kubernetes 1.32 API server as `kubectl api-resources` lists them, without those that
 * nothing here can have (admission webhooks, flow schemas, storage versions, tokens), and Argo Rollouts' own, which its
 * users install. Custom resources add theirs at run time.
 */
import { assert } from '../../../base/assert.ts';
import type { KubeObject } from './meta.ts';

/** A resource that the API serves. `T` is the type of its objects. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Changes of status and of the rest go to different addresses and do not touch each other. */
  readonly hasStatus: boolean;
  /** Paths of `scale`, as custom resources state them; null: no such subresource. */
  readonly scale: {
    readonly specReplicasPath: string;
    readonly statusReplicasPath: string;
    readonly labelSelectorPath: string | null;
  } | null;
  /** metadata.generation counts changes of what users ask for. */
  readonly counted: boolean;
  /** Never set; gives `T` a place. */
  readonly object?: T;
}

interface Extra {
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly cluster?: boolean;
  readonly status?: boolean;
  /** The usual paths, or a status path of its own. */
  readonly scale?: boolean | { readonly statusReplicasPath: string };
  readonly counted?: boolean;
}

const replicasScale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

function scaleOf(scale: Extra['scale']): ResourceType['scale'] {
  if (scale === undefined || scale === false) return null;
  return scale === true ? replicasScale : { ...replicasScale, ...scale };
}

const all = ['all'];

function resource<T extends KubeObject = KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  extra: Extra = {},
): ResourceType<T> {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: extra.short ?? [],
    categories: extra.categories ?? [],
    namespaced: extra.cluster !== true,
    hasStatus: extra.status === true,
    scale: scaleOf(extra.scale),
    counted: extra.counted ?? (extra.status === true && slash >= 0),
  };
}

export type * from './autoscaling.ts';
export type * from './cluster-scope.ts';
export type * from './node.ts';
export type * from './pod.ts';
export type * from './services.ts';
export type * from './workloads.ts';

import type { HorizontalPodAutoscaler } from './autoscaling.ts';
import type { LimitRange, Namespace, PriorityClass, ResourceQuota } from './cluster-scope.ts';
import type { Node } from './node.ts';
import type { Pod } from './pod.ts';
import type { EndpointSlice, PodDisruptionBudget, Service } from './services.ts';
import type { CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workloads.ts';

export const pods = resource<Pod>('v1', 'Pod', 'pods', { short: ['po'], categories: all, status: true });
export const nodes = resource<Node>('v1', 'Node', 'nodes', { short: ['no'], cluster: true, status: true });
export const namespaces = resource<Namespace>('v1', 'Namespace', 'namespaces', {
  short: ['ns'],
  cluster: true,
  status: true,
});
export const services = resource<Service>('v1', 'Service', 'services', {
  short: ['svc'],
  categories: all,
  status: true,
});
export const replicationControllers = resource('v1', 'ReplicationController', 'replicationcontrollers', {
  short: ['rc'],
  categories: all,
  status: true,
  scale: true,
  counted: true,
});
export const endpoints = resource('v1', 'Endpoints', 'endpoints', { short: ['ep'] });
export const configMaps = resource('v1', 'ConfigMap', 'configmaps', { short: ['cm'] });
export const secrets = resource('v1', 'Secret', 'secrets');
export const serviceAccounts = resource('v1', 'ServiceAccount', 'serviceaccounts', { short: ['sa'] });
export const persistentVolumeClaims = resource('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
  short: ['pvc'],
  status: true,
});
export const persistentVolumes = resource('v1', 'PersistentVolume', 'persistentvolumes', {
  short: ['pv'],
  cluster: true,
  status: true,
});
export const podTemplates = resource('v1', 'PodTemplate', 'podtemplates', { counted: true });
export const resourceQuotas = resource<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas', {
  short: ['quota'],
  status: true,
});
export const limitRanges = resource<LimitRange>('v1', 'LimitRange', 'limitranges', { short: ['limits'] });
/** Served from the log of events, never stored as an object. */
export const events = resource('v1', 'Event', 'events', { short: ['ev'] });

export const deployments = resource<Deployment>('apps/v1', 'Deployment', 'deployments', {
  short: ['deploy'],
  categories: all,
  status: true,
  scale: true,
});
export const replicaSets = resource<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets', {
  short: ['rs'],
  categories: all,
  status: true,
  scale: true,
});
export const statefulSets = resource<StatefulSet>('apps/v1', 'StatefulSet', 'statefulsets', {
  short: ['sts'],
  categories: all,
  status: true,
  scale: true,
});
export const daemonSets = resource<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets', {
  short: ['ds'],
  categories: all,
  status: true,
});
export const controllerRevisions = resource('apps/v1', 'ControllerRevision', 'controllerrevisions');
export const jobs = resource<Job>('batch/v1', 'Job', 'jobs', { categories: all, status: true });
export const cronJobs = resource<CronJob>('batch/v1', 'CronJob', 'cronjobs', {
  short: ['cj'],
  categories: all,
  status: true,
});
export const horizontalPodAutoscalers = resource<HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  'horizontalpodautoscalers',
  { short: ['hpa'], categories: all, status: true, counted: false },
);
export const podDisruptionBudgets = resource<PodDisruptionBudget>(
  'policy/v1',
  'PodDisruptionBudget',
  'poddisruptionbudgets',
  { short: ['pdb'], status: true },
);
export const endpointSlices = resource<EndpointSlice>(
  'discovery.k8s.io/v1',
  'EndpointSlice',
  'endpointslices',
  {
    counted: true,
  },
);
export const ingresses = resource('networking.k8s.io/v1', 'Ingress', 'ingresses', {
  short: ['ing'],
  status: true,
});
export const ingressClasses = resource('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', {
  cluster: true,
  counted: true,
});
export const networkPolicies = resource('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
  short: ['netpol'],
  counted: true,
});
export const leases = resource('coordination.k8s.io/v1', 'Lease', 'leases');
export const priorityClasses = resource<PriorityClass>(
  'scheduling.k8s.io/v1',
  'PriorityClass',
  'priorityclasses',
  { short: ['pc'], cluster: true, counted: true },
);
export const storageClasses = resource('storage.k8s.io/v1', 'StorageClass', 'storageclasses', {
  short: ['sc'],
  cluster: true,
});
export const roles = resource('rbac.authorization.k8s.io/v1', 'Role', 'roles');
export const roleBindings = resource('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings');
export const clusterRoles = resource('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', {
  cluster: true,
});
export const clusterRoleBindings = resource(
  'rbac.authorization.k8s.io/v1',
  'ClusterRoleBinding',
  'clusterrolebindings',
  { cluster: true },
);
export const customResourceDefinitions = resource(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  { short: ['crd', 'crds'], categories: ['api-extensions'], cluster: true, status: true },
);
export const rollouts = resource('argoproj.io/v1alpha1', 'Rollout', 'rollouts', {
  short: ['ro'],
  status: true,
  scale: { statusReplicasPath: '.status.HPAReplicas' },
});
export const analysisTemplates = resource('argoproj.io/v1alpha1', 'AnalysisTemplate', 'analysistemplates', {
  short: ['at'],
  counted: true,
});
export const clusterAnalysisTemplates = resource(
  'argoproj.io/v1alpha1',
  'ClusterAnalysisTemplate',
  'clusteranalysistemplates',
  { short: ['cat'], cluster: true, counted: true },
);
export const analysisRuns = resource('argoproj.io/v1alpha1', 'AnalysisRun', 'analysisruns', {
  short: ['ar'],
  counted: true,
});
export const verticalPodAutoscalers = resource(
  'autoscaling.k8s.io/v1',
  'VerticalPodAutoscaler',
  'verticalpodautoscalers',
  { short: ['vpa'], status: true },
);

/** What every cluster serves from the beginning, in the order of discovery. */
export const builtInTypes: readonly ResourceType[] = [
  configMaps,
  endpoints,
  events,
  limitRanges,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  podTemplates,
  replicationControllers,
  resourceQuotas,
  secrets,
  serviceAccounts,
  services,
  customResourceDefinitions,
  controllerRevisions,
  daemonSets,
  deployments,
  replicaSets,
  statefulSets,
  horizontalPodAutoscalers,
  cronJobs,
  jobs,
  leases,
  endpointSlices,
  ingressClasses,
  ingresses,
  networkPolicies,
  podDisruptionBudgets,
  clusterRoleBindings,
  clusterRoles,
  roleBindings,
  roles,
  priorityClasses,
  storageClasses,
  rollouts,
  analysisTemplates,
  clusterAnalysisTemplates,
  analysisRuns,
  verticalPodAutoscalers,
];

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, or `pods` for the core group: the unique name of a resource. */
export function resourceName({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

const byKind = new Map(builtInTypes.map((type) => [`${type.group}/${type.kind}`, type]));

/** The built-in type of an object, whatever version of its group it was written in; undefined when there is none. */
export function typeOfKind(apiVersion: string, kind: string): ResourceType | undefined {
  const slash = apiVersion.indexOf('/');
  return byKind.get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`);
}

const names = new Set(builtInTypes.map(resourceName));
assert(names.size === builtInTypes.length, 'Each resource is listed once.');
