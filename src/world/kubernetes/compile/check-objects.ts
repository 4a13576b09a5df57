/**
 * Fidelity: the validation that the API server of Kubernetes 1.32 would hold every manifest to, with its defaults, in its
 * words. It is done before the run, so that all that would be refused is told at once and at its place.
 */
import type { Diagnostics } from '../../../base/diagnostics.ts';
import { Check } from '../../../model/check.ts';
import type { Path } from '../../../model/place.ts';
import type { KubeObject } from '../objects/meta.ts';
import { typeOfKind } from '../objects/resource-types.ts';
import { withDefaults } from '../schema/defaults/defaults.ts';
import { validate } from '../schema/validation/validation.ts';
import type { Applied } from './objects.ts';

/** Code of what the API server would refuse. What reading has told of the same place is not told again. */
const refused = 'refused-by-kubernetes';

/** Every problem of every object; those of documents in doubt are left for when they are mended. */
export function checkObjects(applied: readonly Applied[], diagnostics: Diagnostics): void {
  for (const { resource, object } of applied) {
    const type = typeOfKind(object.apiVersion, object.kind);
    if (type === undefined || resource.doubts !== undefined) continue;
    const complete = asCreated(withDefaults(type, object as unknown as KubeObject));
    const check = new Check(resource, diagnostics);
    for (const { field = '', message } of validate(type, complete, null))
      check.error(refused, pathOf(field), field === '' ? message : `${field}: ${message}`);
  }
}

/** The object with what the server or its controller adds before anything is judged. */
function asCreated(object: KubeObject): KubeObject {
  return object.kind === 'Job' ? withJobSelector(object) : object;
}

interface Selecting {
  readonly selector?: object;
  readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

/** The server makes the selector of a Job, and gives its label to the template. */
function withJobSelector(object: KubeObject): KubeObject {
  const spec = object.spec as Selecting | undefined;
  if (spec?.template === undefined || spec.selector !== undefined) return object;
  const own = { 'batch.kubernetes.io/controller-uid': 'made-by-the-server' };
  const { metadata } = spec.template;
  const template = { ...spec.template, metadata: { ...metadata, labels: { ...metadata?.labels, ...own } } };
  return { ...object, spec: { ...spec, selector: { matchLabels: own }, template } };
}

/** `spec.containers[0].resources.limits[nvidia.com/gpu]` as field names and positions. */
export function pathOf(field: string): Path {
  const parts = field.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return parts.map((part) => {
    if (!part.startsWith('[')) return part;
    const key = part.slice(1, -1);
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}
