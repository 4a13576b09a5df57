import { capacityPlan } from '../../../src/analysis/plans/capacity.ts';
import type { CapacityPlan } from '../../../src/model/capacity-plan-result.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { didYouMean } from '../input/did-you-mean.ts';
import { CapacitySearch } from '../plans/capacity-search.ts';
import { inLaboratory, Laboratory } from '../plans/experiment.ts';
import { type PlanInput, type PlanOptions, preparePlan } from '../plans/prepare-plan.ts';
import { capacitySummary, capacityVerdict } from '../render/capacity.ts';
import { printData } from '../render/data.ts';

export interface CapacityOptions extends PlanOptions {
  readonly zonesLost: number;
  readonly pool?: string;
}

/** `devops-sim capacity`. */
export async function capacity(args: string[], chosen: CapacityOptions, context: Context): Promise<ExitCode> {
  if (args.length > 1) throw new UsageError('One scenario is sized at a time.');
  const input = preparePlan(args[0] ?? null, chosen, context);
  if (input === null) return exitCode.usage;
  checkQuestion(input, chosen);
  const laboratory = new Laboratory(context, chosen);
  const plan = await inLaboratory(laboratory, async () => {
    const search = new CapacitySearch(
      withoutNamedNodes(input.model),
      { zonesLost: chosen.zonesLost, pool: chosen.pool },
      laboratory,
    );
    return capacityPlan(await search.find(chosen.seed ?? input.model.seed));
  });
  if (plan === null) return exitCode.interrupted;
  print(plan, chosen, context);
  return plan.verdict === 'enough' ? exitCode.pass : exitCode.planRefused;
}

/** What operators do to single machines means nothing when their number is open. */
function withoutNamedNodes(model: Model): Model {
  const commands = model.commands.filter(
    (command) =>
      command.kind === 'scale' ||
      (command.kind === 'request' && !command.request.path.startsWith('/api/v1/nodes/')),
  );
  return { ...model, commands };
}

function checkQuestion({ cluster, label }: PlanInput, { zonesLost, pool }: CapacityOptions): void {
  const { nodePools } = cluster;
  if (nodePools.length === 0)
    throw new UsageError(
      `The machines of ${label} are stated one by one, so that there is no pool to size.`,
      'Describe them as node pools: devops-sim explain Topology.spec.nodePools',
    );
  const names = nodePools.map(({ name }) => name);
  if (pool !== undefined && !names.includes(pool))
    throw new UsageError(
      `There is no pool ${pool}.`,
      didYouMean(pool, names) ?? `Pools: ${names.join(', ')}`,
    );
  const zones = new Set(nodePools.flatMap((each) => each.zones));
  if (zonesLost >= zones.size)
    throw new UsageError(
      `${label} has ${zones.size === 1 ? 'one zone' : `${zones.size} zones`}, of which ${zonesLost} can't be lost.`,
      'Say --zones-lost 0, or give the pools more zones: devops-sim explain Topology.spec.nodePools.zones',
    );
}

function print(plan: CapacityPlan, { output, quiet }: CapacityOptions, { out }: Context): void {
  if (output !== 'table') printData(plan, output, out);
  else if (quiet) out.print(capacityVerdict(plan, out.colors));
  else out.print(capacitySummary(plan, { colors: out.colors, width: out.columns() }));
}
