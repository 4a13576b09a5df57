import { type DrainOutlook, drainPlan, outlookOf } from '../../../src/analysis/plans/drain.ts';
import type { DrainPlan } from '../../../src/model/drain-plan-result.ts';
import type { DrainCommand, Model } from '../../../src/model/model.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { didYouMean } from '../input/did-you-mean.ts';
import { inLaboratory, Laboratory } from '../plans/experiment.ts';
import {
  durationOption,
  instantOf,
  type PlanInput,
  type PlanOptions,
  preparePlan,
  splitWords,
} from '../plans/prepare-plan.ts';
import { printData } from '../render/data.ts';
import { drainSummary, drainVerdict } from '../render/drain-plan.ts';

export interface DrainPlanOptions extends PlanOptions {
  readonly at?: string;
  readonly force: boolean;
  readonly timeout?: string;
  readonly gracePeriod?: number;
}

/** `devops-sim drain-plan`. */
export async function planDrain(
  args: string[],
  chosen: DrainPlanOptions,
  context: Context,
): Promise<ExitCode> {
  const { scenario, words } = splitWords(args, chosen, context);
  const timeoutMicros = durationOption('--timeout', chosen.timeout);
  const input = preparePlan(scenario, chosen, context);
  if (input === null) return exitCode.usage;
  const laboratory = new Laboratory(context, chosen);
  const plan = await inLaboratory(laboratory, () =>
    experiment(input, [...new Set(words)], { chosen, timeoutMicros, laboratory }),
  );
  if (plan === null) return exitCode.interrupted;
  print(plan, chosen, context);
  return plan.verdict === 'go' ? exitCode.pass : exitCode.planRefused;
}

interface Means {
  readonly chosen: DrainPlanOptions;
  readonly timeoutMicros: number | null;
  readonly laboratory: Laboratory;
}

async function experiment(input: PlanInput, nodes: readonly string[], means: Means): Promise<DrainPlan> {
  const { chosen, timeoutMicros, laboratory } = means;
  const { label } = input;
  const model = withoutOwnDrains(input.model, nodes);
  const atMicros = instantOf(chosen.at, model);
  const drain: DrainCommand = {
    atMicros,
    kind: 'drain',
    node: nodes[0] ?? '',
    others: nodes.slice(1),
    force: chosen.force,
    gracePeriodSeconds: chosen.gracePeriod ?? null,
    timeoutMicros,
  };
  const session = laboratory.open(model, [drain]);
  await laboratory.drive(session, `${label} with the drain`, atMicros - 1);
  const view = session.view!;
  refuseUnknown(
    nodes,
    view.nodes().map(({ metadata }) => metadata.name),
  );
  const outlook: DrainOutlook = outlookOf(view, nodes, chosen.force);
  await laboratory.drive(session, `${label} with the drain`);
  const changed = laboratory.result(model, session);
  const plain = laboratory.open(model);
  await laboratory.drive(plain, `${label} without it`);
  const without = laboratory.result(model, plain);
  return drainPlan({ outlook, view, without, with: changed, atMicros, force: chosen.force, timeoutMicros });
}

/** The scenario's own drains of these nodes give way to the one that is asked about. */
function withoutOwnDrains(model: Model, nodes: readonly string[]): Model {
  const commands = model.commands.filter(
    (command) => command.kind !== 'drain' || !nodes.includes(command.node),
  );
  return { ...model, commands };
}

function refuseUnknown(asked: readonly string[], known: readonly string[]): void {
  const some = known.slice(0, 8).join(', ') + (known.length > 8 ? `, … (${known.length} in all)` : '');
  if (asked.length === 0) throw new UsageError('No node is named.', `Nodes at that time: ${some}`);
  for (const name of asked) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `There is no node ${name} at that time.`,
      didYouMean(name, known) ?? `Nodes at that time: ${some}`,
    );
  }
}

function print(plan: DrainPlan, { output, quiet }: DrainPlanOptions, { out }: Context): void {
  if (output !== 'table') printData(plan, output, out);
  else if (quiet) out.print(drainVerdict(plan, out.colors));
  else out.print(drainSummary(plan, { colors: out.colors, width: out.columns() }));
}
