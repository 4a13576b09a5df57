/** Fidelity: the pods of a Job: labels, finalizer, and what an Indexed Job adds (job/job_controller.go, indexed_job_utils.go, 1.32). */
import type { Draft, KubeObject } from '../../objects/meta.ts';
import type { Container, Pod, PodSpec, PodTemplate } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import { podFromTemplate } from '../pods/pod-from-template.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';
export const indexFailuresAnnotation = 'batch.kubernetes.io/job-index-failure-count';

const finalizers = [trackingFinalizer];

/** What Jobs label their pods with. */
export function jobLabels({ metadata: { name, uid } }: KubeObject): Readonly<Record<string, string>> {
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
}

const labelsOfTemplates = new WeakMap<
  PodTemplate,
  { readonly uid: string; readonly labels: Readonly<Record<string, string>> }
>();

function labelsFor(job: Job): Readonly<Record<string, string>> {
  const { template } = job.spec;
  const known = labelsOfTemplates.get(template);
  if (known?.uid === job.metadata.uid) return known.labels;
  const labels = { ...template.metadata?.labels, ...jobLabels(job) };
  labelsOfTemplates.set(template, { uid: job.metadata.uid, labels });
  return labels;
}

/** A pod of a Job whose pods are all alike. */
export function podOfJob(job: Job): Draft<Pod> {
  const base = podFromTemplate(job.spec.template, job);
  return { ...base, metadata: { ...base.metadata, labels: labelsFor(job), finalizers } };
}

/** The pod of one index; `failures` counts those of it before. */
export function podOfIndex(job: Job, index: number, failures: number): Draft<Pod> {
  const base = podOfJob(job);
  const perIndex = job.spec.backoffLimitPerIndex !== undefined;
  const annotations = {
    ...base.metadata.annotations,
    [indexAnnotation]: String(index),
    ...(perIndex ? { [indexFailuresAnnotation]: String(failures) } : {}),
  };
  const { name } = job.metadata;
  const labels = { ...base.metadata.labels, [indexAnnotation]: String(index) };
  return {
    ...base,
    metadata: { ...base.metadata, generateName: `${name}-${index}-`, labels, annotations },
    spec: { ...indexedSpec(job.spec.template), hostname: `${name}-${index}` },
  };
}

const indexedSpecs = new WeakMap<PodTemplate, PodSpec>();

/** The template's spec whose containers learn their index from the environment. */
function indexedSpec(template: PodTemplate): PodSpec {
  let spec = indexedSpecs.get(template);
  if (spec === undefined) {
    const { containers, initContainers } = template.spec;
    spec = {
      ...template.spec,
      containers: containers.map(withIndex),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndex) }),
    };
    indexedSpecs.set(template, spec);
  }
  return spec;
}

const indexVariable = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${indexAnnotation}']` } },
};

function withIndex(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === indexVariable.name)) return container;
  return { ...container, env: [...env, indexVariable] };
}

/** The index of a pod; -1 when it bears none. */
export function indexOf({ metadata }: Pod): number {
  const text = metadata.annotations?.[indexAnnotation];
  return text === undefined || !/^\d+$/.test(text) ? -1 : Number(text);
}

export function indexFailuresOf({ metadata }: Pod): number {
  const failures = Number(metadata.annotations?.[indexFailuresAnnotation] ?? 0);
  return Number.isSafeInteger(failures) && failures >= 0 ? failures : 0;
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) ?? false;
}
