/**
 * Fidelity: what can be done to a pod beside changing it (pkg/registry/core/pod, 1.32): evict, bind, read its log. What needs a
 * process to talk to can't exist here, and the answer says so.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import { evict } from '../disruption/eviction.ts';
import type { Pod } from '../objects/pod.ts';
import { pods } from '../objects/resource-types.ts';
import { isObject, type JsonObject, member } from '../patch/json.ts';
import { conflict, notFound, type Outcome, refuse } from '../store/failure.ts';
import { bodyObject } from './decoding.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import { badRequest, json, refusal } from './status.ts';
import { deleteOptionsOf, isDryRun } from './writes.ts';

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** Subresources that would reach into a process. */
export const connecting: ReadonlySet<string> = new Set([
  'attach',
  'exec',
  'portforward',
  'proxy',
  'ephemeralcontainers',
]);

export function cannotConnect(subresource: string, what: string, name: string): ApiResponse {
  const message = `${subresource} is not possible: ${what} "${name}" is simulated, and a simulated ${what} has no process or port to reach; its logs, metrics and events can be read`;
  return refusal(refuse('NotImplemented', message, { name, kind: what }).failure);
}

export function podNamed(plane: ControlPlane, namespace: string, name: string): Outcome<Pod> {
  const pod = plane.store.get(pods, namespace, name);
  return pod === undefined ? notFound(pods, name) : { ok: true, value: pod };
}

export function eviction(
  plane: ControlPlane,
  request: ApiRequest,
  namespace: string,
  name: string,
): ApiResponse {
  const body = bodyObject(request.body);
  if (!body.ok) return refusal(body.failure);
  const options = deleteOptionsOf({ ...request, body: member(body.value, 'deleteOptions') ?? {} });
  if (!options.ok) return refusal(options.failure);
  const dryRun = isDryRun(request) || options.value.dryRun === true;
  const evicted = evict(plane, namespace, name, { ...options.value, ...(dryRun ? { dryRun } : {}) });
  return evicted.ok ? json(201, { ...success, code: 201 }) : refusal(evicted.failure);
}

/** Binds a pod to a node, as another scheduler would. */
export function bind(
  plane: ControlPlane,
  request: ApiRequest,
  namespace: string,
  named: string | null,
): ApiResponse {
  const body = bodyObject(request.body);
  if (!body.ok) return refusal(body.failure);
  const name = named ?? nameIn(body.value);
  const target = member(body.value, 'target');
  const node = isObject(target) ? member(target, 'name') : undefined;
  if (typeof node !== 'string' || node === '')
    return refusal(badRequest('Binding "" is invalid: target.name: Required value').failure);
  const pod = podNamed(plane, namespace, name);
  if (!pod.ok) return refusal(pod.failure);
  const { nodeName } = pod.value.spec;
  if (nodeName !== undefined)
    return refusal(
      conflict(
        { group: '', plural: 'pods/binding', kind: 'Binding' },
        name,
        `pod ${name} is already assigned to node "${nodeName}"`,
      ).failure,
    );
  const bound = plane.api.modify(
    pods,
    namespace,
    name,
    (current) => ({ ...current, spec: { ...current.spec, nodeName: node } }),
    { dryRun: isDryRun(request), subresource: 'binding' },
  );
  return bound.ok ? json(201, { ...success, code: 201 }) : refusal(bound.failure);
}

function nameIn(body: JsonObject): string {
  const metadata = member(body, 'metadata');
  const name = isObject(metadata) ? member(metadata, 'name') : undefined;
  return typeof name === 'string' ? name : '';
}
