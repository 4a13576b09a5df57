/** Fidelity: events that clients write, of core/v1 and events.k8s.io/v1: they join the log like those of control loops. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { KubeObject } from '../objects/meta.ts';
import { isObject, type JsonObject, member } from '../patch/json.ts';
import { done, type Outcome } from '../store/failure.ts';
import { objectOf } from './decoding.ts';
import type { ApiRequest } from './request.ts';
import type { ResourceRoute } from './route.ts';
import type { Served } from './served-resource.ts';
import { badRequest } from './status.ts';
import { textAt } from './tables/printer.ts';
import { isDryRun } from './writes.ts';

/** Records the event; the answer is what was sent. */
export function recordEvent(
  plane: ControlPlane,
  request: ApiRequest,
  { namespace }: ResourceRoute,
  served: Served,
): Outcome<JsonObject> {
  const body = objectOf(request, served);
  if (!body.ok) return body;
  const event = body.value;
  const about = member(event, 'involvedObject') ?? member(event, 'regarding');
  if (!isObject(about)) return badRequest('Event "" is invalid: involvedObject: Required value');
  if (isDryRun(request)) return done(event);
  const first = (...paths: readonly (readonly string[])[]) =>
    paths.map((path) => textAt(event, ...path)).find((text) => text !== '') ?? '';
  const host = first(['source', 'host'], ['deprecatedSource', 'host']);
  const fieldPath = textAt(about, 'fieldPath');
  plane.events.record(subject(about, namespace ?? 'default'), {
    type: textAt(event, 'type') === 'Warning' ? 'Warning' : 'Normal',
    reason: textAt(event, 'reason'),
    message: first(['message'], ['note']),
    component: first(['source', 'component'], ['reportingComponent'], ['reportingController']),
    ...(host === '' ? {} : { host }),
    ...(fieldPath === '' ? {} : { fieldPath }),
  });
  return done(event);
}

function subject(about: JsonObject, namespace: string): KubeObject {
  return {
    apiVersion: textAt(about, 'apiVersion') || 'v1',
    kind: textAt(about, 'kind'),
    metadata: {
      name: textAt(about, 'name'),
      namespace: textAt(about, 'namespace') || namespace,
      uid: textAt(about, 'uid'),
      resourceVersion: textAt(about, 'resourceVersion'),
      creationTimestamp: '',
    },
  };
}
