/**
 * Fidelity: one service for each group of pods behind a Service. What manifests and a ServiceModel state counts as
 * stated; the rest follows from the preset of the image and is listed.
 */

import { formatCores } from '../../../base/quantity.ts';
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { ServiceModel } from '../../../model/kinds/service-model.ts';
import { readDuration, readRate, readShare } from '../../../model/notation.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { Service } from '../model.ts';
import { type Environment, readEnvironment, settingReader } from './cluster/environment.ts';
import {
  cfsPeriodMicros,
  nodeCoresFor,
  type PodResources,
  readResources,
  readStartup,
} from './cluster/pod.ts';
import { replicasOf } from './cluster/replicas.ts';
import type { Deployed, Deployments, Workload } from './cluster/workload.ts';
import { describeConcurrency } from './describe.ts';
import type { ServiceDraft } from './draft.ts';
import { unknownPreset } from './preset/platforms.ts';
import type { ProcessSettings } from './preset/preset.ts';
import { type Recognition, recognise } from './preset/recognise.ts';
import { listed, where } from './report.ts';

interface Facts {
  readonly deployed: Deployed;
  readonly resource: Resource;
  readonly model: Resource<ServiceModel> | null;
  readonly recognition: Recognition;
  readonly environment: Environment;
  readonly pod: PodResources;
  /** Nothing was left out that might say more of its pods. */
  readonly podsKnown: boolean;
  readonly settings: ProcessSettings;
  readonly infer: (path: string, value: string, source: string) => void;
}

const nothingKnown: Environment = { variables: new Map(), clues: [], hidden: [] };

/** Services in the order of their workloads, without endpoints. */
export function draftServices(
  resources: ResourceSet,
  deployments: Deployments,
  models: ReadonlyMap<Deployed, Resource<ServiceModel>>,
  context: CompileContext,
): ServiceDraft[] {
  return deployments.all.map((deployed, id) => {
    const facts = factsOf(resources, deployed, models.get(deployed) ?? null, context);
    const base = serviceBase(id, facts, resources, context);
    const { resource, model, recognition, environment, settings } = facts;
    const processes = recognition.preset.concurrency(settings).processes ?? 1;
    return {
      id,
      deployed,
      resource,
      model,
      recognition,
      environment,
      processes,
      base,
      pools: [],
      endpoints: [],
    };
  });
}

function factsOf(
  resources: ResourceSet,
  deployed: Deployed,
  model: Resource<ServiceModel> | null,
  context: CompileContext,
): Facts {
  const workload: Workload | undefined = deployed.workloads[0];
  const resource: Resource = workload?.resource ?? deployed.services[0] ?? model!;
  const main = workload?.main ?? null;
  const environment = main
    ? readEnvironment(resources, deployed.namespace, workload.pod, main)
    : nothingKnown;
  const recognition = main
    ? recognise(main, environment.variables.keys())
    : { preset: unknownPreset, reason: `${resource.id} has no pods among the manifests` };
  const pod = readResources(workload?.pod ?? {}, main);
  const nodeCores = nodeCoresFor(pod);
  const settings = { nodeCores, limitCores: pod.limitCores, number: settingReader(environment) };
  const infer = (path: string, value: string, source: string): void =>
    context.infer({ resource: resource.id, path, value, source });
  const podsKnown = resources.whole && resource !== model;
  return { deployed, resource, model, recognition, environment, pod, podsKnown, settings, infer };
}

function serviceBase(
  id: number,
  facts: Facts,
  resources: ResourceSet,
  context: CompileContext,
): Omit<Service, 'pools'> {
  const { deployed, pod, model } = facts;
  const { concurrency, cores } = runtimeOf(facts, context);
  return {
    id,
    name: deployed.name,
    namespace: deployed.namespace,
    workload: listed(
      deployed.workloads.length > 0 ? deployed.workloads.map((one) => one.resource.id) : [facts.resource.id],
    ),
    replicas: allReplicas(facts, resources, context),
    concurrency,
    cpu: {
      cores,
      limitCores: pod.limitCores,
      periodMicros: cfsPeriodMicros,
      requestCores: pod.requestCores,
    },
    memoryRequestBytes: pod.memoryRequestBytes,
    queue: queueOf(facts),
    shedding: sheddingOf(model, context),
    rateLimit: rateLimitOf(model, context),
    cancellation: cancellationOf(facts),
    startupMicros: startupOf(facts),
  };
}

/** Of all workloads together. */
function allReplicas(facts: Facts, resources: ResourceSet, context: CompileContext): number {
  const { deployed, infer } = facts;
  if (deployed.workloads.length === 0) {
    infer(
      'replicas',
      '1',
      `${facts.resource.id} has no pods among the manifests, so one server stands for it`,
    );
    return 1;
  }
  let replicas = 0;
  for (const workload of deployed.workloads) {
    const { count, source } = replicasOf(resources, workload, context.scenario.zones);
    if (source !== null)
      context.infer({ resource: workload.resource.id, path: 'spec.replicas', value: String(count), source });
    replicas += count;
  }
  // Who has no Service and no model waits for nobody: pods that hold room, or that somebody scales up by hand.
  const isAsked = deployed.services.length > 0 || facts.model !== null;
  if (replicas === 0 && facts.podsKnown && isAsked) {
    const remedy = 'Set spec.replicas to 1 or more, unless a command of the Scenario scales it up.';
    const message = `${facts.resource.id} has no replicas, so every request to it fails.`;
    context.diagnostics.warning('no-replicas', message, where(facts.resource, ['spec', 'replicas'], remedy));
  }
  return replicas;
}

interface Runtime {
  readonly concurrency: Service['concurrency'];
  readonly cores: number | null;
}

function runtimeOf(facts: Facts, context: CompileContext): Runtime {
  const written = facts.model?.value.spec.runtime;
  if (written === undefined) return presetRuntime(facts);
  const cores = written.cores ?? (written.model === 'eventLoop' ? 1 : null);
  if (written.model === 'processorSharing') {
    if (cores === null && facts.pod.limitCores === null && facts.podsKnown)
      warnUnboundedCores(facts, context);
    const maxConcurrent = written.maxConcurrent ?? null;
    return { concurrency: { kind: 'processorSharing', maxConcurrent }, cores };
  }
  if (written.model === 'eventLoop') return { concurrency: { kind: 'eventLoop' }, cores };
  return { concurrency: { kind: 'threadPool', threads: written.threads ?? presetThreads(facts) }, cores };
}

function presetRuntime(facts: Facts): Runtime {
  const { recognition, settings, infer } = facts;
  const { value, basis } = recognition.preset.concurrency(settings);
  const because = `${recognition.reason}; ${basis}`;
  if (value.kind === 'eventLoop') {
    infer('runtime', describeConcurrency(value), because);
    return { concurrency: { kind: 'eventLoop' }, cores: 1 };
  }
  const { cores, ...concurrency } = value;
  infer('runtime', describeConcurrency(concurrency), because);
  const usable = Math.min(cores, settings.nodeCores);
  const held =
    facts.pod.limitCores === null ? '' : `, held to its CPU limit of ${formatCores(facts.pod.limitCores)}`;
  infer(
    'runtime.cores',
    String(usable),
    usable < settings.nodeCores
      ? basis
      : `a node of ${settings.nodeCores} cores is assumed; the container may use all${held}`,
  );
  return { concurrency, cores: usable };
}

function presetThreads(facts: Facts): number {
  const { recognition, settings, infer } = facts;
  const { value, basis } = recognition.preset.concurrency(settings);
  const threads = value.kind === 'threadPool' ? value.threads : usualThreads;
  const reason =
    value.kind === 'threadPool'
      ? `${recognition.reason}; ${basis}`
      : 'the ServiceModel states a thread pool without its size; 200 is what Tomcat has';
  infer('runtime.threads', String(threads), reason);
  return threads;
}

const usualThreads = 200;

function warnUnboundedCores(facts: Facts, context: CompileContext): void {
  context.diagnostics.warning(
    'cores-without-limit',
    `${facts.model!.id} shares the processor but neither it nor ${facts.resource.id} says how many cores there are, so no request ever waits for one.`,
    where(facts.model!, ['spec', 'runtime'], 'State spec.runtime.cores, or a CPU limit of the container.'),
  );
}

function queueOf(facts: Facts): Service['queue'] {
  const spec = facts.model?.value.spec;
  if (spec?.queue !== undefined || spec?.runtime !== undefined) {
    return { capacity: spec.queue?.capacity ?? null, discipline: spec.queue?.discipline ?? 'fifo' };
  }
  const { queueCapacity, queueBasis } = facts.recognition.preset;
  facts.infer('queue.capacity', queueCapacity === null ? 'unbounded' : String(queueCapacity), queueBasis);
  return { capacity: queueCapacity, discipline: 'fifo' };
}

function sheddingOf(model: Resource<ServiceModel> | null, context: CompileContext): Service['shedding'] {
  const written = model?.value.spec.shedding;
  const delay = written?.maxQueueDelay === undefined ? null : readDuration(written.maxQueueDelay);
  if (delay === 0) {
    context.diagnostics.warning(
      'queue-delay-zero',
      `${model!.id} refuses every request that waits at all.`,
      where(
        model!,
        ['spec', 'shedding', 'maxQueueDelay'],
        'Allow some waiting, or bound the queue with spec.queue.capacity: 0.',
      ),
    );
  }
  return { maxInFlight: written?.maxInFlight ?? null, maxQueueDelayMicros: delay };
}

function rateLimitOf(model: Resource<ServiceModel> | null, context: CompileContext): Service['rateLimit'] {
  const written = model?.value.spec.rateLimit;
  if (model === null || written === undefined) return null;
  const perSecond = readRate(written.rate) ?? 0;
  if (perSecond <= 0) {
    context.diagnostics.error(
      'rate-limit-zero',
      `${model.id} limits its rate to nothing.`,
      where(model, ['spec', 'rateLimit', 'rate'], 'State a rate above zero, or leave rateLimit out.'),
    );
    return null;
  }
  const burst = written.burst ?? Math.max(1, Math.ceil(perSecond));
  if (written.burst === undefined) {
    context.infer({
      resource: model.id,
      path: 'rateLimit.burst',
      value: String(burst),
      source: 'default: one second of the rate',
    });
  }
  return { perSecond, burst };
}

function cancellationOf(facts: Facts): Service['cancellation'] {
  const written = facts.model?.value.spec.cancellation;
  if (facts.model === null) {
    facts.infer(
      'cancellation',
      'none',
      'most servers finish what they began, although nobody waits any more',
    );
  }
  return written ?? 'none';
}

function startupOf(facts: Facts): number {
  const written = facts.model?.value.spec.startup;
  if (written !== undefined) return readDuration(written) ?? 0;
  const { micros, basis } = readStartup(
    facts.deployed.workloads[0]?.main ?? null,
    facts.recognition.preset.bootMicros,
  );
  // With pods, the cluster decides: what their processes and probes take.
  if (facts.deployed.workloads.length === 0) facts.infer('startup', formatDuration(micros), basis);
  return micros;
}

/** A share as a number; validated before. */
export function shareOf(written: string | number | undefined, otherwise: number): number {
  return written === undefined ? otherwise : (readShare(written) ?? otherwise);
}
