/** Fidelity: tokens of service accounts (TokenRequest, 1.32). Nothing checks them, so a token says only whose it is. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { KubeObject } from '../objects/meta.ts';
import { isObject, type JsonObject, member } from '../patch/json.ts';
import { done, type Outcome } from '../store/failure.ts';
import { bodyObject } from './decoding.ts';
import type { ApiRequest } from './request.ts';

const usualSeconds = 3600;

export function tokenFor(
  { clock }: ControlPlane,
  { body }: ApiRequest,
  { metadata }: KubeObject,
): Outcome<JsonObject> {
  const sent = bodyObject(body ?? {});
  if (!sent.ok) return sent;
  const stated = member(sent.value, 'spec');
  const spec = isObject(stated) ? stated : {};
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : usualSeconds;
  const { name, namespace } = metadata;
  return done({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: clock.timestamp() },
    spec: { audiences: ['simulation'], boundObjectRef: null, ...spec, expirationSeconds: seconds },
    status: {
      token: `simulated.${namespace}.${name}.${clock.timestamp()}`,
      expirationTimestamp: clock.timestampAt(
        clock.nowMicros + Math.min(Math.max(seconds, 0), 4_294_967_296) * 1e6,
      ),
    },
  });
}
