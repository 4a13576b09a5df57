import type { TSchema } from 'typebox';
import type { Kind } from '../kind.ts';
import { autoscalerRules, disruptionBudgetRules } from './autoscaling-rules.ts';
import { kubernetesSchema } from './schema.ts';
import { configMapRules, ingressRules, serviceRules } from './service-rules.ts';
import { deploymentRules, statefulSetRules } from './workload-rules.ts';

/** The kinds of Kubernetes that are read as Kubernetes 1.30 defines them, and those that are only known. */

type Naming = Pick<Kind, 'group' | 'version' | 'kind' | 'plural' | 'shortNames'>;

function naming(apiVersion: string, kind: string, plural: string, ...shortNames: string[]): Naming {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group, version, kind, plural, shortNames };
}

function read(
  names: Naming,
  summary: string,
  more: { type?: string; required?: readonly string[]; later?: boolean; rules?: Kind['rules'] },
): Kind {
  return {
    ...names,
    namespaced: names.kind !== 'Namespace',
    summary,
    schema: kubernetesSchema(more.type ?? names.kind, more.required ?? ['spec']),
    own: false,
    support: more.later === true ? 'later' : 'full',
    ...(more.rules === undefined ? {} : { rules: more.rules }),
  };
}

const autoscaler = { later: true, rules: autoscalerRules };

const readKinds: readonly Kind[] = [
  read(naming('apps/v1', 'Deployment', 'deployments', 'deploy'), 'Replicas of a stateless pod.', {
    rules: deploymentRules,
  }),
  read(naming('apps/v1', 'StatefulSet', 'statefulsets', 'sts'), 'Replicas of a pod with identity.', {
    rules: statefulSetRules,
  }),
  read(naming('v1', 'Service', 'services', 'svc'), 'A name and a balancer for pods.', {
    rules: serviceRules,
  }),
  read(naming('networking.k8s.io/v1', 'Ingress', 'ingresses', 'ing'), 'Routes from outside to services.', {
    rules: ingressRules,
  }),
  read(naming('v1', 'ConfigMap', 'configmaps', 'cm'), 'Settings for containers.', {
    required: [],
    rules: configMapRules,
  }),
  read(naming('v1', 'Namespace', 'namespaces', 'ns'), 'A group of objects.', { required: [] }),
  read(
    naming('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa'),
    'Sets replicas by metrics; checked, acts in a later version.',
    { type: 'v2.HorizontalPodAutoscaler', ...autoscaler },
  ),
  read(
    naming('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa'),
    'Sets replicas by processor use; checked, acts in a later version.',
    autoscaler,
  ),
  read(
    naming('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'pdb'),
    'Bounds voluntary evictions; checked, acts in a later version.',
    { later: true, rules: disruptionBudgetRules },
  ),
];

/** apiVersion, kind, plural, short names; a star marks kinds without a namespace. */
const knownKinds = `
v1 Pod pods po
v1 ReplicationController replicationcontrollers rc
v1 Secret secrets
v1 ServiceAccount serviceaccounts sa
v1 PersistentVolumeClaim persistentvolumeclaims pvc
v1 PersistentVolume* persistentvolumes pv
v1 Endpoints endpoints ep
v1 Event events ev
v1 LimitRange limitranges limits
v1 Node* nodes no
v1 ResourceQuota resourcequotas quota
apps/v1 ReplicaSet replicasets rs
apps/v1 DaemonSet daemonsets ds
apps/v1 ControllerRevision controllerrevisions
batch/v1 Job jobs
batch/v1 CronJob cronjobs cj
discovery.k8s.io/v1 EndpointSlice endpointslices
events.k8s.io/v1 Event events
networking.k8s.io/v1 NetworkPolicy networkpolicies netpol
networking.k8s.io/v1 IngressClass* ingressclasses
rbac.authorization.k8s.io/v1 Role roles
rbac.authorization.k8s.io/v1 RoleBinding rolebindings
rbac.authorization.k8s.io/v1 ClusterRole* clusterroles
rbac.authorization.k8s.io/v1 ClusterRoleBinding* clusterrolebindings
scheduling.k8s.io/v1 PriorityClass* priorityclasses pc
storage.k8s.io/v1 StorageClass* storageclasses sc
storage.k8s.io/v1 CSIDriver* csidrivers
storage.k8s.io/v1 VolumeAttachment* volumeattachments
node.k8s.io/v1 RuntimeClass* runtimeclasses
coordination.k8s.io/v1 Lease leases
certificates.k8s.io/v1 CertificateSigningRequest* certificatesigningrequests csr
apiextensions.k8s.io/v1 CustomResourceDefinition* customresourcedefinitions crd
apiregistration.k8s.io/v1 APIService* apiservices
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration* validatingwebhookconfigurations
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration* mutatingwebhookconfigurations
`;

function known(line: string): Kind {
  const [apiVersion, kind, plural, ...shortNames] = line.split(' ');
  return {
    ...naming(apiVersion, kind.replace('*', ''), plural, ...shortNames),
    namespaced: !kind.endsWith('*'),
    summary: 'Known, and not simulated.',
    schema: { type: 'object' } as TSchema,
    own: false,
    support: 'none',
  };
}

/** Every kind of Kubernetes that is known. */
export const kubernetesKinds: readonly Kind[] = [
  ...readKinds,
  ...knownKinds
    .trim()
    .split('\n')
    .map((line) => known(line)),
];
