/**
 * Fidelity: what each resource adds to the API server's general rules (registry strategies, 1.32): defaults, validation, and what the
 * server itself sets in new objects. Pods and Jobs that control loops make get defaults as well; those of pods that share a spec are
 * computed once. Simplified: other objects of control loops are taken as they are, valid and complete by construction.
 */

import { qosClassOf } from '../node/kubelet/pod-status.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { Pod } from '../objects/pod.ts';
import {
  builtInTypes,
  customResourceDefinitions,
  type Job,
  jobs,
  type Namespace,
  namespaces,
  pods,
  type ResourceType,
  resourceName,
} from '../objects/resource-types.ts';
import type { Api, Strategy } from '../store/api.ts';
import { customStrategy, customTypes, establishedDefinition } from './custom-resources.ts';
import { defaultsOf, withDefaults } from './defaults/defaults.ts';
import { normalised } from './fields.ts';
import { schemaOf } from './kinds.ts';
import { validate } from './validation/validation.ts';

/** Registers every built-in resource with the API, and custom resources as their definitions come. */
export function installStrategies(api: Api): void {
  for (const type of builtInTypes) api.describe(type, strategyOf(api, type));
  api.store.observe(customResourceDefinitions, ({ kind, object }) => {
    if (kind !== 'DELETED')
      for (const type of customTypes(object)) api.describe(type, customStrategy(type, object));
  });
}

function strategyOf(api: Api, type: ResourceType): Strategy {
  const name = resourceName(type);
  const node = schemaOf(type);
  const defaults = defaultsOf(type) ?? ((object: KubeObject) => object);
  const hasSpec = node?.fields.get('spec')?.node.kind === 'object';
  const complete = (object: KubeObject) =>
    defaults(hasSpec && object.spec === undefined ? { ...object, spec: {} } : object);
  const prepare =
    preparations[name] ?? (type.hasStatus && !keepsStatus.has(name) ? withoutStatus : unprepared);
  const isAlwaysComplete = alwaysComplete.has(name);
  return {
    default: (object) => complete(node === undefined ? object : (normalised(object as never, node) as never)),
    validate: (object, old) => validate(type, object, old),
    prepare: (object, isOutside) =>
      prepare(isOutside || isAlwaysComplete ? complete(object) : object, isOutside, api),
  };
}

/** Made by control loops from templates that may lack defaults, as those of a Rollout do. */
const alwaysComplete = new Set([resourceName(pods), resourceName(jobs)]);

type Prepare = (object: KubeObject, isOutside: boolean, api: Api) => KubeObject;

const preparations = {
  [resourceName(pods)]: preparedPod,
  [resourceName(namespaces)]: preparedNamespace,
  [resourceName(jobs)]: preparedJob,
  [resourceName(customResourceDefinitions)]: (object: KubeObject, _: boolean, api: Api) =>
    establishedDefinition(object, api.store),
} as unknown as Readonly<Record<string, Prepare>>;

/** Kinds whose makers report the status with the object itself. */
const keepsStatus = new Set(['nodes', 'persistentvolumes', 'persistentvolumeclaims']);

function unprepared(object: KubeObject): KubeObject {
  return object;
}

function withoutStatus(object: KubeObject, isOutside: boolean): KubeObject {
  if (!isOutside || object.status === undefined) return object;
  const { status: _, ...rest } = object;
  return rest;
}

/** A pod begins as Pending; what a client says of its status is not heard. */
function preparedPod(pod: Pod, isOutside: boolean): Pod {
  if (!isOutside && pod.status?.phase !== undefined) return pod;
  return { ...pod, status: { phase: 'Pending', qosClass: qosClassOf(pod.spec) } };
}

const kubernetesFinalizer = 'kubernetes';

function preparedNamespace(namespace: Namespace): Namespace {
  const finalizers = namespace.spec?.finalizers ?? [];
  const spec = finalizers.includes(kubernetesFinalizer)
    ? namespace.spec
    : { ...namespace.spec, finalizers: [...finalizers, kubernetesFinalizer] };
  return { ...namespace, spec: spec!, status: { phase: 'Active' } };
}

const controllerUid = 'batch.kubernetes.io/controller-uid';
const legacyControllerUid = 'controller-uid';
const jobName = 'batch.kubernetes.io/job-name';
const legacyJobName = 'job-name';

/** A Job's pods are told by its uid, unless its maker has chosen a selector. */
function preparedJob(job: Job, isOutside: boolean): KubeObject {
  const { spec, metadata } = job;
  const { status: _, ...rest } = job;
  const fresh = isOutside ? rest : job;
  if (spec.manualSelector === true || spec.selector !== undefined || spec.template === undefined)
    return fresh as KubeObject;
  const { template } = spec;
  const labels = {
    ...template.metadata?.labels,
    [controllerUid]: metadata.uid,
    [legacyControllerUid]: metadata.uid,
    [jobName]: metadata.name,
    [legacyJobName]: metadata.name,
  };
  const made = {
    ...fresh,
    spec: {
      ...spec,
      selector: { matchLabels: { [controllerUid]: metadata.uid } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return withDefaults(jobs as ResourceType, made as KubeObject);
}
