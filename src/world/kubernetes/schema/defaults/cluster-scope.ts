/**
 * Fidelity: defaults of ConfigMap and Secret, volumes, Namespace, Node, LimitRange, PriorityClass, StorageClass, RBAC and
 * CustomResourceDefinition (1.32).
 */
import type { LimitRange } from '../../objects/cluster-scope.ts';
import type { KubeObject, ResourceList } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { encodeBase64 } from './base64.ts';
import { changed, filled, mapped, within } from './fill.ts';
import { defaultedClaimSpec } from './pods.ts';

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** What was given as text is kept as data. */
export function defaultedSecret(secret: Secret): Secret {
  const made = filled(secret, { type: 'Opaque' });
  if (made.stringData === undefined) return made;
  const { stringData, ...rest } = made;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, encodeBase64(text)] as const);
  return { ...rest, data: { ...rest.data, ...Object.fromEntries(encoded) } };
}

export function defaultedClaim(claim: KubeObject): KubeObject {
  return within<KubeObject, object>(
    filled(claim, { status: { phase: 'Pending' } }),
    'spec',
    defaultedClaimSpec,
  );
}

export function defaultedVolume(volume: KubeObject): KubeObject {
  return within<KubeObject, object>(filled(volume, { status: { phase: 'Pending' } }), 'spec', (spec) =>
    filled(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  );
}

const nameLabel = 'kubernetes.io/metadata.name';

export function defaultedNamespace<T extends KubeObject>(namespace: T): T {
  const { metadata } = namespace;
  if (metadata.labels?.[nameLabel] === metadata.name || metadata.name === '') return namespace;
  return {
    ...namespace,
    metadata: { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } },
  };
}

export function defaultedNode(node: Node): Node {
  return within<Node, Node['status']>(node, 'status', (status) =>
    filled(status, { allocatable: status.capacity }),
  );
}

/** Containers' default limits come from the maxima, default requests from those or the minima. */
function defaultedLimit(item: LimitRange['spec']['limits'][number]): LimitRange['spec']['limits'][number] {
  if (item.type !== 'Container') return item;
  const limits = filled(item.default ?? {}, item.max ?? {}) as ResourceList;
  const requests = filled(filled(item.defaultRequest ?? {}, limits), item.min ?? {}) as ResourceList;
  const made = Object.keys(limits).length === 0 ? item : changed(item, 'default', limits);
  return Object.keys(requests).length === 0 ? made : changed(made, 'defaultRequest', requests);
}

export function defaultedLimitRange(range: LimitRange): LimitRange {
  return within<LimitRange, LimitRange['spec']>(range, 'spec', (spec) =>
    within<LimitRange['spec'], LimitRange['spec']['limits']>(spec, 'limits', (limits) =>
      mapped(limits, defaultedLimit),
    ),
  );
}

export function defaultedPriorityClass<T extends KubeObject>(priorityClass: T): T {
  return filled(priorityClass, { preemptionPolicy: 'PreemptLowerPriority' });
}

export function defaultedStorageClass(storageClass: KubeObject): KubeObject {
  return filled(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

const rbacGroup = 'rbac.authorization.k8s.io';

export function defaultedBinding(binding: KubeObject): KubeObject {
  const made = within<KubeObject, object>(binding, 'roleRef', (role) =>
    filled(role, { apiGroup: rbacGroup }),
  );
  return within<KubeObject, readonly { readonly kind: string }[]>(made, 'subjects', (subjects) =>
    mapped(subjects, (subject) =>
      subject.kind === 'ServiceAccount' ? subject : filled(subject, { apiGroup: rbacGroup }),
    ),
  );
}

export function defaultedDefinition(definition: KubeObject): KubeObject {
  return within<KubeObject, object>(definition, 'spec', (spec) => {
    const made = filled(spec, { conversion: { strategy: 'None' } });
    return within<object, { readonly kind?: string }>(made, 'names', (names) =>
      names.kind === undefined
        ? names
        : filled(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` }),
    );
  });
}
