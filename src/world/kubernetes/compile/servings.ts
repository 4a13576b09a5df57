/**
 * Fidelity: no mechanism; says which pods serve which service of the traffic room, and how their processes behave, as
 * ServiceModels state it or as the preset of the image has it.
 */

import { Diagnostics } from '../../../base/diagnostics.ts';
import { formatBytes, parseQuantity } from '../../../base/quantity.ts';
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { ServiceModel, ServiceModelSpec } from '../../../model/kinds/service-model.ts';
import { readDuration, readQuantity, readShare } from '../../../model/notation.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import { bindModels, modelledServices } from '../../traffic/compile/binding.ts';
import { readEnvironment } from '../../traffic/compile/cluster/environment.ts';
import { readResources } from '../../traffic/compile/cluster/pod.ts';
import { type Deployed, findDeployments, type Workload } from '../../traffic/compile/cluster/workload.ts';
import { recognise } from '../../traffic/compile/preset/recognise.ts';
import type { ProcessModel, Release, Serving } from '../model.ts';

type WrittenMemory = NonNullable<ServiceModelSpec['memory']>;
type WrittenRelease = NonNullable<ServiceModelSpec['releases']>[number];

/** One for each service of the traffic room that has pods. */
export function servingsOf(resources: ResourceSet, context: CompileContext): Serving[] {
  // What is wrong with Services and models has been told by the traffic room.
  const silent = new Diagnostics();
  const deployments = findDeployments(resources, modelledServices(resources), silent);
  const { bound } = bindModels(resources, deployments, silent);
  const servings: Serving[] = [];
  for (const deployed of deployments.all) {
    const [workload] = deployed.workloads;
    if (workload?.main)
      servings.push(servingOf(resources, deployed, workload, bound.get(deployed) ?? null, context));
  }
  return servings;
}

function servingOf(
  resources: ResourceSet,
  deployed: Deployed,
  workload: Workload,
  model: Resource<ServiceModel> | null,
  context: CompileContext,
): Serving {
  return {
    service: deployed.name,
    namespace: deployed.namespace,
    workloads: deployed.workloads.map(({ resource, name }) => ({ kind: resource.kind, name })),
    services: deployed.services.map(({ name }) => name),
    container: workload.main!.name,
    process: processOf(resources, workload, model, context),
  };
}

function processOf(
  resources: ResourceSet,
  workload: Workload,
  model: Resource<ServiceModel> | null,
  context: CompileContext,
): ProcessModel {
  const spec = model?.value.spec;
  const infer = (path: string, value: string, source: string) =>
    context.infer({ resource: workload.resource.id, path, value, source });
  return {
    startupMicros: startupOf(resources, workload, spec?.startup, infer),
    startupCores: spec?.startupCores ?? 0,
    shutdown: shutdownOf(spec?.shutdown, infer),
    memory: memoryOf(workload, spec?.memory, infer),
    releases: (spec?.releases ?? []).map((release) => releaseOf(release, workload, spec?.memory)),
  };
}

type Infer = (path: string, value: string, source: string) => void;

function startupOf(
  resources: ResourceSet,
  workload: Workload,
  written: string | undefined,
  infer: Infer,
): number {
  if (written !== undefined) return readDuration(written) ?? 0;
  const { variables } = readEnvironment(resources, workload.namespace, workload.pod, workload.main!);
  const { preset, reason } = recognise(workload.main!, variables.keys());
  infer('process.startup', formatDuration(preset.bootMicros), reason);
  return preset.bootMicros;
}

function shutdownOf(written: ServiceModelSpec['shutdown'], infer: Infer): ProcessModel['shutdown'] {
  if (written === undefined)
    infer('process.shutdown', 'graceful', 'a server that closes its port on SIGTERM and ends what it has');
  return written ?? 'graceful';
}

/** What a process is taken to hold when not even its request says. */
const usualBaseBytes = 128 * 1024 * 1024;

function memoryOf(
  workload: Workload,
  written: WrittenMemory | undefined,
  infer: Infer,
): ProcessModel['memory'] {
  const { memoryRequestBytes, statesMemory } = readResources(workload.pod, workload.main);
  const assumed = statesMemory ? memoryRequestBytes / 2 : usualBaseBytes;
  if (written?.base === undefined)
    infer(
      'process.memory.base',
      formatBytes(assumed),
      statesMemory ? 'half of the memory request' : 'assumed, as nothing states the memory of its pods',
    );
  return {
    baseBytes: amount(written?.base, assumed),
    perRequestBytes: amount(written?.perRequest, 0),
    leakBytesPerHour: amount(written?.leakPerHour, 0),
  };
}

function amount(written: string | number | undefined, otherwise: number): number {
  return written === undefined ? otherwise : (readQuantity(written) ?? parseQuantity(written) ?? otherwise);
}

function releaseOf(written: WrittenRelease, workload: Workload, shared: WrittenMemory | undefined): Release {
  return {
    image: written.image,
    errorRate: written.errorRate === undefined ? 0 : (readShare(written.errorRate) ?? 0),
    cpuFactor: written.cpu ?? 1,
    waitFactor: written.wait ?? 1,
    startupMicros: written.startup === undefined ? null : readDuration(written.startup),
    crashAfterMicros: written.crashAfter === undefined ? null : readDuration(written.crashAfter),
    neverReady: written.neverReady ?? false,
    memory:
      written.memory === undefined ? null : memoryOf(workload, { ...shared, ...written.memory }, () => {}),
  };
}
