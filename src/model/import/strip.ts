import { isObject } from '../draft.ts';

/** What a running cluster adds to a manifest, and its users never wrote. */

type Json = Record<string, unknown>;

/** Metadata that the server sets; finalizers may be users' own. */
export const serverMetadata: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
]);

const serverAnnotations =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.(beta\.)?kubernetes\.io\/|control-plane\.alpha\.kubernetes\.io\/|autoscaling\.alpha\.kubernetes\.io\/|field\.cattle\.io\/|deprecated\.daemonset\.template\.generation$|node\.alpha\.kubernetes\.io\/|volumes\.kubernetes\.io\/|rollout\.argoproj\.io\/revision$)/;

/** Fields of the spec that the server fills in, by kind. */
const serverSpec: Readonly<Record<string, readonly string[]>> = {
  Service: [
    'clusterIP',
    'clusterIPs',
    'ipFamilies',
    'ipFamilyPolicy',
    'internalTrafficPolicy',
    'healthCheckNodePort',
  ],
  PersistentVolumeClaim: ['volumeName'],
  Namespace: ['finalizers'],
};

/** A manifest with only what its users wrote; what it was made of is not changed. */
export function stripped(value: Readonly<Json>): Json {
  const { status: _status, ...rest } = value;
  const kind = String(value['kind']);
  const result: Json = { ...rest, metadata: metadataOf(value['metadata']) };
  const { spec } = rest;
  if (isObject(spec)) {
    const kept = without(
      spec,
      kind === 'Service' && spec['clusterIP'] === 'None' ? [] : (serverSpec[kind] ?? []),
    );
    const template = kept['template'];
    if (isObject(template)) kept['template'] = { ...template, metadata: metadataOf(template['metadata']) };
    if (Object.keys(kept).length > 0) result['spec'] = kept;
    else delete result['spec'];
  }
  return result;
}

function without(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function metadataOf(value: unknown): Json {
  if (!isObject(value)) return {};
  const kept = Object.entries(value).filter(
    ([name]) => !serverMetadata.has(name) && name !== 'finalizers' && name !== 'annotations',
  );
  const annotations = Object.entries(isObject(value['annotations']) ? value['annotations'] : {}).filter(
    ([name]) => !serverAnnotations.test(name),
  );
  return Object.fromEntries([
    ...kept,
    ...(annotations.length === 0 ? [] : [['annotations', Object.fromEntries(annotations)] as const]),
  ]);
}
