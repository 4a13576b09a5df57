/**
 * Fidelity: the types of the built-in kinds: Kubernetes 1.30's OpenAPI document with what 1.32 added, Argo Rollouts 1.8 and
 * the Vertical Pod Autoscaler 1.2. Kinds are found by apiVersion and kind; custom resources bring theirs at run time.
 */
import { assert } from '../../../base/assert.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-types.ts';
import type { ObjectNode } from './node.ts';
import { Types, type TypeTable } from './notation.ts';
import argoRollouts from './tables/argo-rollouts.json' with { type: 'json' };
import kubernetes from './tables/kubernetes.json' with { type: 'json' };
import verticalPodAutoscaler from './tables/vertical-pod-autoscaler.json' with { type: 'json' };

const tables = [kubernetes, argoRollouts, verticalPodAutoscaler];

/** Every built-in type by name: `DeploymentSpec`, `v2.MetricTarget`, `argo.CanaryStep`. */
export const types = new Types();
for (const table of tables) types.add(table.types as unknown as TypeTable);

const kinds = new Map<string, ObjectNode>(
  tables.flatMap((table) =>
    Object.entries(table.kinds).map(([kind, type]) => {
      const node = types.get(type);
      assert(node !== undefined, `The type ${type} of ${kind} is listed.`);
      return [kind, node] as const;
    }),
  ),
);

/** The type of an object by its apiVersion and kind; undefined where none is built in. */
export function schemaOfKind(apiVersion: string, kind: string): ObjectNode | undefined {
  return kinds.get(`${apiVersion} ${kind}`);
}

/** The type of a built-in resource's objects. */
export function schemaOf(type: Pick<ResourceType, 'group' | 'version' | 'kind'>): ObjectNode | undefined {
  return schemaOfKind(apiVersionOf(type), type.kind);
}

/** All kinds of a group and version, in the order of the table: `Deployment` of `apps/v1`. */
export function kindsOf(apiVersion: string): readonly { readonly kind: string; readonly node: ObjectNode }[] {
  const prefix = `${apiVersion} `;
  return [...kinds]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, node]) => ({ kind: name.slice(prefix.length), node }));
}
