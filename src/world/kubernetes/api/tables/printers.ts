/** Fidelity: which columns each resource is listed with (pkg/printers/internalversion AddHandlers, 1.32). */
import { resourceName } from '../../objects/resource-types.ts';
import type { Served } from '../served-resource.ts';
import * as cluster from './cluster.ts';
import { customPrinter, installedPrinter } from './custom.ts';
import { nodePrinter, podPrinter } from './pods.ts';
import type { Printer } from './printer.ts';
import * as services from './services.ts';
import * as workloads from './workloads.ts';

const printers: Readonly<Record<string, Printer>> = {
  pods: podPrinter,
  nodes: nodePrinter,
  namespaces: cluster.namespacePrinter,
  configmaps: cluster.configMapPrinter,
  secrets: cluster.secretPrinter,
  serviceaccounts: cluster.serviceAccountPrinter,
  resourcequotas: cluster.resourceQuotaPrinter,
  limitranges: cluster.createdPrinter,
  persistentvolumes: cluster.persistentVolumePrinter,
  persistentvolumeclaims: cluster.persistentVolumeClaimPrinter,
  componentstatuses: cluster.componentStatusPrinter,
  podtemplates: cluster.podTemplatePrinter,
  events: cluster.eventPrinter,
  'events.events.k8s.io': cluster.eventPrinter,
  services: services.servicePrinter,
  endpoints: services.endpointsPrinter,
  'endpointslices.discovery.k8s.io': services.endpointSlicePrinter,
  'ingresses.networking.k8s.io': services.ingressPrinter,
  'ingressclasses.networking.k8s.io': services.ingressClassPrinter,
  'networkpolicies.networking.k8s.io': services.networkPolicyPrinter,
  'poddisruptionbudgets.policy': services.podDisruptionBudgetPrinter,
  'leases.coordination.k8s.io': services.leasePrinter,
  'nodes.metrics.k8s.io': services.nodeMetricsPrinter,
  replicationcontrollers: workloads.replicaSetPrinter,
  'deployments.apps': workloads.deploymentPrinter,
  'replicasets.apps': workloads.replicaSetPrinter,
  'statefulsets.apps': workloads.statefulSetPrinter,
  'daemonsets.apps': workloads.daemonSetPrinter,
  'controllerrevisions.apps': workloads.controllerRevisionPrinter,
  'jobs.batch': workloads.jobPrinter,
  'cronjobs.batch': workloads.cronJobPrinter,
  'horizontalpodautoscalers.autoscaling': workloads.horizontalPodAutoscalerPrinter,
  'priorityclasses.scheduling.k8s.io': cluster.priorityClassPrinter,
  'storageclasses.storage.k8s.io': cluster.storageClassPrinter,
  'roles.rbac.authorization.k8s.io': cluster.rolePrinter,
  'clusterroles.rbac.authorization.k8s.io': cluster.rolePrinter,
  'rolebindings.rbac.authorization.k8s.io': cluster.bindingPrinter,
  'clusterrolebindings.rbac.authorization.k8s.io': cluster.bindingPrinter,
  'customresourcedefinitions.apiextensions.k8s.io': cluster.createdPrinter,
};

export function printerOf(served: Served): Printer {
  if (served.definition !== null) return customPrinter(served);
  return printers[resourceName(served.type)] ?? installedPrinter(served) ?? cluster.plainPrinter;
}
