import { formatBytes } from '../../../src/base/quantity.ts';
import type { KubernetesModel } from '../../../src/run/run.ts';
import { duration } from './figures.ts';
import { harmless, wrap } from './table.ts';
import { count } from './wording.ts';

/** The cluster as it was understood, line by line: machines, autoscalers, budgets, and how releases differ. */
export function clusterLines(model: KubernetesModel, width: number): string[] {
  return [
    ...model.nodePools.map(poolLine),
    ...model.objects.flatMap(objectLine),
    ...model.servings.flatMap(releaseLines),
  ].flatMap((line) => wrap(harmless(line), width, '  ', '    '));
}

function poolLine(pool: KubernetesModel['nodePools'][number]): string {
  const { name, instanceType, cores, memoryBytes, zones, autoscaling, provisioning, stock } = pool;
  const shape = `${instanceType === 'assumed' ? '' : `${instanceType}, `}${cores} cores, ${formatBytes(memoryBytes)}`;
  const facts = [`${count(pool.count, 'node')} of ${shape}`, `in ${zones.join(', ')}`];
  if (autoscaling !== null) {
    const { p50Micros, p99Micros } = provisioning;
    facts.push(`grows from ${autoscaling.min} to ${autoscaling.max}`);
    facts.push(
      `a machine comes within ${duration(p50Micros / 1e6)}, at worst about ${duration(p99Micros / 1e6)}`,
    );
    if (stock !== null) facts.push(`the provider has ${stock} more`);
  }
  return `${name}  ${facts.join('; ')}`;
}

type Spec = Readonly<Record<string, unknown>>;

/** What acts on pods by itself. */
function objectLine({ kind, metadata, spec }: KubernetesModel['objects'][number]): string[] {
  const said = (spec ?? {}) as Spec;
  const name = `${kind} ${metadata.name}`;
  if (kind === 'HorizontalPodAutoscaler') {
    const target = said['scaleTargetRef'] as { kind?: string; name?: string } | undefined;
    const least = said['minReplicas'] ?? 1;
    return [
      `${name}  ${target?.kind ?? ''} ${target?.name ?? ''} from ${least} to ${said['maxReplicas']} replicas`,
    ];
  }
  if (kind !== 'PodDisruptionBudget') return [];
  const { minAvailable, maxUnavailable } = said;
  const rule =
    minAvailable === undefined
      ? `at most ${maxUnavailable} unavailable`
      : `at least ${minAvailable} available`;
  return [`${name}  ${rule}`];
}

function releaseLines({ service, process }: KubernetesModel['servings'][number]): string[] {
  return process.releases.map((release) => {
    const { errorRate, cpuFactor, waitFactor, startupMicros, crashAfterMicros, neverReady } = release;
    const facts = [
      ...(errorRate > 0 ? [`${Number((errorRate * 100).toPrecision(3))} % of requests fail`] : []),
      ...(cpuFactor === 1 ? [] : [`CPU × ${cpuFactor}`]),
      ...(waitFactor === 1 ? [] : [`waits × ${waitFactor}`]),
      ...(startupMicros === null ? [] : [`starts in ${duration(startupMicros / 1e6)}`]),
      ...(crashAfterMicros === null ? [] : [`crashes after ${duration(crashAfterMicros / 1e6)}`]),
      ...(neverReady ? ['is never ready'] : []),
      ...(release.memory === null ? [] : ['has a memory of its own']),
    ];
    return `release ${release.image} of ${service}  ${facts.join(', ') || 'as stated'}`;
  });
}
