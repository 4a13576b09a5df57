/**
 * Fidelity: access and identity reviews (authorization.k8s.io and authentication.k8s.io v1, 1.32). Whoever reaches the server is the
 * simulation's operator, an administrator: everything is allowed, as for a cluster's `cluster-admin`.
 */
import { isObject, type JsonObject } from '../patch/json.ts';
import { done, type Outcome } from '../store/failure.ts';
import { bodyObject } from './decoding.ts';
import type { ApiRequest } from './request.ts';
import type { Served } from './served-resource.ts';

export const operator = {
  username: 'simulation-operator',
  uid: '00000000-0000-4000-8000-000000000001',
  groups: ['system:masters', 'system:authenticated'],
} as const;

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

function statusFor(kind: string, spec: unknown): JsonObject {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: operator };
    case 'TokenReview':
      return isObject(spec) && typeof spec['token'] === 'string' && spec['token'] !== ''
        ? { authenticated: true, user: operator }
        : { authenticated: false, error: 'token is empty' };
    case 'SelfSubjectRulesReview':
      return {
        resourceRules: [everything],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      };
    default:
      return { allowed: true, reason: 'the operator of a simulation may do everything' };
  }
}

/** The review with its answer. */
export function review({ body }: ApiRequest, { type, group, version }: Served): Outcome<JsonObject> {
  const sent = bodyObject(body ?? {});
  if (!sent.ok) return sent;
  const metadata = isObject(sent.value['metadata']) ? sent.value['metadata'] : {};
  return done({
    kind: type.kind,
    apiVersion: `${group}/${version}`,
    metadata: { creationTimestamp: null, ...metadata },
    ...(type.kind === 'SelfSubjectReview' ? {} : { spec: sent.value['spec'] ?? {} }),
    status: statusFor(type.kind, sent.value['spec']),
  });
}
