/** Fidelity: which rules each kind is held to (Kubernetes 1.32): metadata first, then the kind's own, as the server does. */
import type { KubeObject } from '../../objects/meta.ts';
import { type ResourceType, resourceName } from '../../objects/resource-types.ts';
import type { StatusCause } from '../../store/failure.ts';
import { checkAutoscaler, checkVerticalAutoscaler } from './autoscaling.ts';
import {
  checkBinding,
  checkClaim,
  checkConfigMap,
  checkLimitRange,
  checkNode,
  checkPriorityClass,
  checkQuota,
  checkRole,
  checkSecret,
} from './cluster-scope.ts';
import { checkDefinition } from './definitions.ts';
import { checkMetadata } from './metadata.ts';
import { checkPod, checkTemplate } from './pods.ts';
import { Problems } from './problems.ts';
import { checkRollout } from './rollouts.ts';
import { checkDisruptionBudget, checkIngress, checkService } from './services.ts';
import {
  checkCronJob,
  checkDaemonSet,
  checkDeployment,
  checkJob,
  checkReplicaSet,
  checkStatefulSet,
} from './workloads.ts';

type Check = (problems: Problems, object: KubeObject, old: KubeObject | null) => void;

const checks = {
  pods: checkPod,
  services: checkService,
  configmaps: checkConfigMap,
  secrets: checkSecret,
  nodes: checkNode,
  resourcequotas: checkQuota,
  limitranges: checkLimitRange,
  persistentvolumeclaims: checkClaim,
  podtemplates: (problems: Problems, object: KubeObject) =>
    checkTemplate(problems, 'template', (object as { template?: never }).template, null, [
      'Always',
      'OnFailure',
      'Never',
    ]),
  'deployments.apps': checkDeployment,
  'replicasets.apps': checkReplicaSet,
  'statefulsets.apps': checkStatefulSet,
  'daemonsets.apps': checkDaemonSet,
  'jobs.batch': checkJob,
  'cronjobs.batch': checkCronJob,
  'horizontalpodautoscalers.autoscaling': checkAutoscaler,
  'poddisruptionbudgets.policy': checkDisruptionBudget,
  'ingresses.networking.k8s.io': checkIngress,
  'priorityclasses.scheduling.k8s.io': checkPriorityClass,
  'roles.rbac.authorization.k8s.io': checkRole,
  'clusterroles.rbac.authorization.k8s.io': checkRole,
  'rolebindings.rbac.authorization.k8s.io': checkBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': checkBinding,
  'customresourcedefinitions.apiextensions.k8s.io': checkDefinition,
  'rollouts.argoproj.io': checkRollout,
  'verticalpodautoscalers.autoscaling.k8s.io': checkVerticalAutoscaler,
} as unknown as Readonly<Record<string, Check>>;

/** All problems of an object with its defaults; `old` is null for a new one. */
export function validate(
  type: ResourceType,
  object: KubeObject,
  old: KubeObject | null,
): readonly StatusCause[] {
  const problems = new Problems();
  checkMetadata(problems, type, object.metadata, old?.metadata ?? null);
  checks[resourceName(type)]?.(problems, object, old);
  return problems.causes;
}
