/**
 * Fidelity: the scale subresource (autoscaling/v1 Scale; pkg/registry/apps storage and apiextensions-apiserver, 1.32): replicas of
 * anything that has them, by the paths that its type names.
 */

import type { KubeObject, LabelSelector } from '../objects/meta.ts';
import type { ResourceType } from '../objects/resource-types.ts';
import { selectorText } from '../objects/selector.ts';
import { isObject, type JsonObject, member } from '../patch/json.ts';
import { done, invalid, type Outcome } from '../store/failure.ts';

function stepsOf(path: string): string[] {
  return path.split('.').filter((step) => step !== '');
}

function at(object: unknown, path: string): unknown {
  let value = object;
  for (const step of stepsOf(path)) value = isObject(value) ? member(value, step) : undefined;
  return value;
}

function withValue(object: JsonObject, steps: readonly string[], value: unknown): JsonObject {
  const [step, ...rest] = steps;
  if (rest.length === 0) return { ...object, [step]: value };
  const below = member(object, step);
  return { ...object, [step]: withValue(isObject(below) ? below : {}, rest, value) };
}

function replicasAt(object: KubeObject, path: string): number {
  const value = at(object, path);
  return typeof value === 'number' ? value : 0;
}

/** Built-in workloads state their selector in the spec; other kinds where their definition says. */
function selectorOf(object: KubeObject, path: string | null): string {
  const stated = path === null ? undefined : at(object, path);
  if (typeof stated === 'string') return stated;
  const selector = at(object, '.spec.selector');
  if (!isObject(selector)) return '';
  const isMap =
    member(selector, 'matchLabels') === undefined && member(selector, 'matchExpressions') === undefined;
  const text = selectorText((isMap ? { matchLabels: selector } : selector) as LabelSelector);
  return text === '<none>' ? '' : text;
}

/** The Scale of an object whose type has one. */
export function scaleOf(object: KubeObject, { scale }: ResourceType): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale!;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: {
      replicas:
        at(object, specReplicasPath) === undefined && object.kind !== 'Scale'
          ? defaultReplicas(object)
          : replicasAt(object, specReplicasPath),
    },
    status: {
      replicas: replicasAt(object, statusReplicasPath),
      selector: selectorOf(object, labelSelectorPath),
    },
  };
}

/** Workloads that say nothing have one replica. */
function defaultReplicas({ apiVersion }: KubeObject): number {
  return apiVersion === 'v1' || apiVersion.startsWith('apps/') || apiVersion.startsWith('argoproj.io/')
    ? 1
    : 0;
}

/** The object with the replicas of a Scale that a client sent. */
export function withScale(object: KubeObject, sent: JsonObject, type: ResourceType): Outcome<KubeObject> {
  const wanted = at(sent, '.spec.replicas') ?? 0;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 0 || wanted > 2_147_483_647)
    return invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, object.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(wanted)}: must be greater than or equal to 0`,
        field: 'spec.replicas',
      },
    ]);
  const steps = stepsOf(type.scale!.specReplicasPath);
  return done(withValue(object as unknown as JsonObject, steps, wanted) as unknown as KubeObject);
}
