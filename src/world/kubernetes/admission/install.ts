/**
 * Fidelity: the admission plugins of a 1.32 API server that matter here, in its order: NamespaceLifecycle, LimitRanger,
 * ServiceAccount, Priority, DefaultTolerationSeconds, ResourceQuota. Simplified: no webhooks and no admission policies.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { PriorityClass } from '../objects/cluster-scope.ts';
import type { KubeObject, ResourceList } from '../objects/meta.ts';
import { priorityClasses } from '../objects/resource-types.ts';
import type { Admission, AdmissionRequest } from '../store/api.ts';
import { done, type Outcome } from '../store/failure.ts';
import { forbid, joined } from './forbid.ts';
import { claimViolations } from './limit-range.ts';
import { PodAdmission } from './pods.ts';
import { QuotaAdmission } from './quota.ts';

/** Namespaces that can't be deleted. */
const immortal: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** Adds the plugins to the API server. */
export function installAdmission(plane: ControlPlane): void {
  const ofPods = new PodAdmission(plane);
  const quotas = new QuotaAdmission(plane);
  const admit: Admission = (request) => {
    const { operation, type, object, subresource } = request;
    if (operation === 'delete') return mayDelete(request);
    if (subresource !== '') return done(object);
    if (operation === 'update')
      return isResized(type.kind) ? quotas.admit(request) : checkPriorityClass(plane, request);
    if (type.kind === 'Pod' && type.group === '') {
      const admitted = ofPods.admit(request);
      return admitted.ok ? quotas.admit({ ...request, object: admitted.value }) : admitted;
    }
    const checked =
      type.kind === 'PersistentVolumeClaim'
        ? checkClaim(ofPods, request)
        : checkPriorityClass(plane, request);
    return checked.ok ? quotas.admit(request) : checked;
  };
  plane.api.admit(admit, { seesStatus: false });
}

/** What may come to count for more later. */
function isResized(kind: string): boolean {
  return kind === 'Service' || kind === 'PersistentVolumeClaim';
}

function mayDelete(request: AdmissionRequest): Outcome<KubeObject> {
  const { type, object } = request;
  return type.kind === 'Namespace' && immortal.has(object.metadata.name)
    ? forbid(request, 'this namespace may not be deleted')
    : done(object);
}

function checkClaim(ofPods: PodAdmission, request: AdmissionRequest): Outcome<KubeObject> {
  const { object } = request;
  const { resources } = (object.spec ?? {}) as { resources?: { requests?: ResourceList } };
  for (const { spec } of ofPods.limitsOf(object.metadata.namespace ?? '')) {
    const problems = claimViolations(resources?.requests ?? {}, spec.limits);
    if (problems.length > 0) return forbid(request, joined(problems));
  }
  return done(object);
}

/** There may be one default only. */
function checkPriorityClass(plane: ControlPlane, request: AdmissionRequest): Outcome<KubeObject> {
  const { type, object } = request;
  if (type.kind !== 'PriorityClass' || (object as PriorityClass).globalDefault !== true) return done(object);
  for (const other of plane.store.table(priorityClasses).values())
    if (other.globalDefault === true && other.metadata.name !== object.metadata.name)
      return forbid(
        request,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
  return done(object);
}
