import type { TSchema } from 'typebox';
import type { Kind } from '../kind.ts';
import { autoscalerRules, disruptionBudgetRules } from './autoscaling-rules.ts';
import { cronJobRules, jobRules, podRules } from './pod-rules.ts';
import { kubernetesSchema } from './schema.ts';
import { configMapRules, ingressRules, serviceRules } from './service-rules.ts';
import {
  daemonSetRules,
  deploymentRules,
  replicaSetRules,
  replicationControllerRules,
  rolloutRules,
  statefulSetRules,
} from './workload-rules.ts';

/** The kinds of Kubernetes 1.32, Argo Rollouts and the vertical autoscaler that are read, and those that are only known. */

type Naming = Pick<Kind, 'group' | 'version' | 'kind' | 'plural' | 'shortNames'>;

function naming(apiVersion: string, kind: string, plural: string, ...shortNames: string[]): Naming {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group, version, kind, plural, shortNames };
}

interface More {
  /** Name of the type in the field table; by default the kind. */
  readonly type?: string;
  /** Fields at the top that must be there; by default `spec`. */
  readonly required?: readonly string[];
  readonly cluster?: boolean;
  readonly rules?: Kind['rules'];
  /** It is kept and has no effect, for the reason given. */
  readonly idle?: string;
}

function read(names: Naming, summary: string, more: More = {}): Kind {
  return {
    ...names,
    namespaced: more.cluster !== true,
    summary,
    schema: kubernetesSchema(more.type ?? names.kind, more.required ?? ['spec']),
    own: false,
    support: more.idle === undefined ? 'full' : 'none',
    ...(more.idle === undefined ? {} : { note: more.idle }),
    ...(more.rules === undefined ? {} : { rules: more.rules }),
  };
}

const free = { required: [] } as const;
const cluster = { cluster: true } as const;

const workloads: readonly Kind[] = [
  read(naming('apps/v1', 'Deployment', 'deployments', 'deploy'), 'Replicas of a stateless pod.', {
    rules: deploymentRules,
  }),
  read(naming('apps/v1', 'StatefulSet', 'statefulsets', 'sts'), 'Replicas of a pod with identity.', {
    rules: statefulSetRules,
  }),
  read(naming('apps/v1', 'DaemonSet', 'daemonsets', 'ds'), 'One pod on every node.', {
    rules: daemonSetRules,
  }),
  read(
    naming('argoproj.io/v1alpha1', 'Rollout', 'rollouts', 'ro'),
    'Progressive delivery of Argo Rollouts.',
    {
      type: 'argo.Rollout',
      rules: rolloutRules,
    },
  ),
  read(naming('apps/v1', 'ReplicaSet', 'replicasets', 'rs'), 'A number of equal pods.', {
    rules: replicaSetRules,
  }),
  read(
    naming('v1', 'ReplicationController', 'replicationcontrollers', 'rc'),
    'A number of equal pods, the older way.',
    { rules: replicationControllerRules },
  ),
  read(naming('v1', 'Pod', 'pods', 'po'), 'Containers that run together.', { rules: podRules }),
  read(naming('batch/v1', 'Job', 'jobs'), 'Pods that run to completion.', { rules: jobRules }),
  read(naming('batch/v1', 'CronJob', 'cronjobs', 'cj'), 'Jobs by the clock.', { rules: cronJobRules }),
];

const network: readonly Kind[] = [
  read(naming('v1', 'Service', 'services', 'svc'), 'A name and a balancer for pods.', {
    rules: serviceRules,
  }),
  read(naming('networking.k8s.io/v1', 'Ingress', 'ingresses', 'ing'), 'Routes from outside to services.', {
    rules: ingressRules,
  }),
];

const settings: readonly Kind[] = [
  read(naming('v1', 'ConfigMap', 'configmaps', 'cm'), 'Settings for containers.', {
    ...free,
    rules: configMapRules,
  }),
  read(
    naming('v1', 'Secret', 'secrets'),
    'Read for the names of services in it; what it holds is dropped.',
    free,
  ),
  read(naming('v1', 'Namespace', 'namespaces', 'ns'), 'A group of objects.', { ...free, ...cluster }),
  read(naming('v1', 'ServiceAccount', 'serviceaccounts', 'sa'), 'Whom pods act as.', free),
];

const scaling: readonly Kind[] = [
  read(
    naming('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa'),
    'Sets replicas by metrics.',
    { type: 'v2.HorizontalPodAutoscaler', rules: autoscalerRules },
  ),
  read(
    naming('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa'),
    'Sets replicas by processor use.',
    { rules: autoscalerRules },
  ),
  read(
    naming('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'verticalpodautoscalers', 'vpa'),
    'Recommends requests by what pods use.',
    { type: 'vpa.VerticalPodAutoscaler' },
  ),
  read(
    naming('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'pdb'),
    'Bounds voluntary evictions.',
    { rules: disruptionBudgetRules },
  ),
];

const delivery: readonly Kind[] = [
  read(
    naming('argoproj.io/v1alpha1', 'AnalysisTemplate', 'analysistemplates', 'at'),
    'Metrics that decide over a rollout.',
    { type: 'argo.AnalysisTemplate' },
  ),
  read(
    naming('argoproj.io/v1alpha1', 'ClusterAnalysisTemplate', 'clusteranalysistemplates', 'cat'),
    'An AnalysisTemplate for all namespaces.',
    { type: 'argo.ClusterAnalysisTemplate', ...cluster },
  ),
];

const administration: readonly Kind[] = [
  read(naming('v1', 'Node', 'nodes', 'no'), 'A machine of the cluster, with the resources in its status.', {
    ...free,
    ...cluster,
  }),
  read(naming('v1', 'ResourceQuota', 'resourcequotas', 'quota'), 'Bounds what a namespace may hold.'),
  read(naming('v1', 'LimitRange', 'limitranges', 'limits'), 'Default and extreme requests of a namespace.'),
  read(naming('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'pc'), 'Which pods go first.', {
    required: ['value'],
    ...cluster,
  }),
  read(
    naming('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'pvc'),
    'Storage that a pod asks for.',
  ),
  read(
    naming('v1', 'PersistentVolume', 'persistentvolumes', 'pv'),
    'Storage that claims are bound to.',
    cluster,
  ),
  read(naming('storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'sc'), 'A sort of storage.', {
    required: ['provisioner'],
    ...cluster,
  }),
  read(
    naming('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', 'crd', 'crds'),
    'A kind of your own: its objects are kept, and nothing acts on them.',
    cluster,
  ),
];

const unguarded = 'kept to be shown; every request is allowed';

/** Kept as they are, for kubectl to show; they change nothing. */
const idle: readonly Kind[] = [
  read(
    naming('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'netpol'),
    'Which pods may reach which.',
    { idle: 'kept to be shown; every pod can reach every other' },
  ),
  read(naming('networking.k8s.io/v1', 'IngressClass', 'ingressclasses'), 'Who serves an Ingress.', {
    ...free,
    ...cluster,
    idle: 'kept to be shown; requests through an Ingress go straight to its services',
  }),
  read(naming('rbac.authorization.k8s.io/v1', 'Role', 'roles'), 'What may be done.', {
    ...free,
    idle: unguarded,
  }),
  read(naming('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'), 'Who may do it.', {
    required: ['roleRef'],
    idle: unguarded,
  }),
  read(naming('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'), 'What may be done.', {
    ...free,
    ...cluster,
    idle: unguarded,
  }),
  read(
    naming('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'),
    'Who may do it.',
    { required: ['roleRef'], ...cluster, idle: unguarded },
  ),
  read(naming('v1', 'PodTemplate', 'podtemplates'), 'A template by itself.', {
    ...free,
    idle: 'kept to be shown; nothing makes pods of it',
  }),
];

/** apiVersion, kind, plural, short names; a star marks kinds without a namespace, a plus those that the cluster makes itself. */
const knownKinds = `
v1 Endpoints+ endpoints ep
v1 Event+ events ev
apps/v1 ControllerRevision+ controllerrevisions
discovery.k8s.io/v1 EndpointSlice+ endpointslices
events.k8s.io/v1 Event+ events
coordination.k8s.io/v1 Lease+ leases
argoproj.io/v1alpha1 AnalysisRun+ analysisruns ar
argoproj.io/v1alpha1 Experiment experiments exp
storage.k8s.io/v1 CSIDriver* csidrivers
storage.k8s.io/v1 CSINode* csinodes
storage.k8s.io/v1 VolumeAttachment* volumeattachments
node.k8s.io/v1 RuntimeClass* runtimeclasses
certificates.k8s.io/v1 CertificateSigningRequest* certificatesigningrequests csr
apiregistration.k8s.io/v1 APIService* apiservices
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration* validatingwebhookconfigurations
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration* mutatingwebhookconfigurations
`;

function known(line: string): Kind {
  const [apiVersion, kind, plural, ...shortNames] = line.split(' ');
  const made = kind.endsWith('+');
  return {
    ...naming(apiVersion, kind.replace(/[*+]$/, ''), plural, ...shortNames),
    namespaced: !kind.endsWith('*'),
    summary: made ? 'Made by the cluster itself.' : 'Known, and not simulated.',
    schema: { type: 'object' } as TSchema,
    own: false,
    support: 'none',
    note: made ? 'left out: the cluster makes its own' : 'left out: not simulated',
  };
}

/** Every kind of Kubernetes that is known. */
export const kubernetesKinds: readonly Kind[] = [
  ...workloads,
  ...network,
  ...settings,
  ...scaling,
  ...delivery,
  ...administration,
  ...idle,
  ...knownKinds
    .trim()
    .split('\n')
    .map((line) => known(line)),
];
