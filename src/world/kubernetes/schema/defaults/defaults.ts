/** Fidelity: which defaults each kind has (Kubernetes 1.32). Kinds of Argo and the VPA have none: their controllers hold them. */
import type { KubeObject } from '../../objects/meta.ts';
import { type ResourceType, resourceName } from '../../objects/resource-types.ts';
import { defaultedAutoscaler } from './autoscaling.ts';
import {
  defaultedBinding,
  defaultedClaim,
  defaultedDefinition,
  defaultedLimitRange,
  defaultedNamespace,
  defaultedNode,
  defaultedPriorityClass,
  defaultedSecret,
  defaultedStorageClass,
  defaultedVolume,
} from './cluster-scope.ts';
import { within } from './fill.ts';
import { defaultedPod, defaultedTemplate } from './pods.ts';
import {
  defaultedEndpointSlice,
  defaultedEndpoints,
  defaultedIngressClass,
  defaultedNetworkPolicy,
  defaultedService,
} from './services.ts';
import {
  defaultedCronJob,
  defaultedDaemonSet,
  defaultedDeployment,
  defaultedJob,
  defaultedReplicaSet,
  defaultedReplicationController,
  defaultedStatefulSet,
} from './workloads.ts';

type Defaults = (object: KubeObject) => KubeObject;

const defaults = {
  pods: defaultedPod,
  podtemplates: (template: KubeObject) => within(template, 'template', defaultedTemplate),
  replicationcontrollers: defaultedReplicationController,
  services: defaultedService,
  endpoints: defaultedEndpoints,
  secrets: defaultedSecret,
  persistentvolumeclaims: defaultedClaim,
  persistentvolumes: defaultedVolume,
  namespaces: defaultedNamespace,
  nodes: defaultedNode,
  limitranges: defaultedLimitRange,
  'deployments.apps': defaultedDeployment,
  'replicasets.apps': defaultedReplicaSet,
  'statefulsets.apps': defaultedStatefulSet,
  'daemonsets.apps': defaultedDaemonSet,
  'jobs.batch': defaultedJob,
  'cronjobs.batch': defaultedCronJob,
  'horizontalpodautoscalers.autoscaling': defaultedAutoscaler,
  'endpointslices.discovery.k8s.io': defaultedEndpointSlice,
  'networkpolicies.networking.k8s.io': defaultedNetworkPolicy,
  'ingressclasses.networking.k8s.io': defaultedIngressClass,
  'priorityclasses.scheduling.k8s.io': defaultedPriorityClass,
  'storageclasses.storage.k8s.io': defaultedStorageClass,
  'rolebindings.rbac.authorization.k8s.io': defaultedBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': defaultedBinding,
  'customresourcedefinitions.apiextensions.k8s.io': defaultedDefinition,
} as unknown as Readonly<Record<string, Defaults>>;

/** The defaults of a built-in resource; undefined: it has none. */
export function defaultsOf(type: ResourceType): Defaults | undefined {
  return defaults[resourceName(type)];
}

/** The object with all its defaults; the same object when it lacks nothing. */
export function withDefaults<T extends KubeObject>(type: ResourceType, object: T): T {
  return (defaultsOf(type)?.(object) ?? object) as T;
}
