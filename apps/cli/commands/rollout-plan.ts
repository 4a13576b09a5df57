import { rolloutPlan } from '../../../src/analysis/plans/rollout.ts';
import { RolloutWatch } from '../../../src/analysis/plans/rollout-watch.ts';
import type { Model } from '../../../src/model/model.ts';
import type { RolloutPlan } from '../../../src/model/rollout-plan-result.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { inLaboratory, Laboratory } from '../plans/experiment.ts';
import {
  instantOf,
  type PlanInput,
  type PlanOptions,
  preparePlan,
  splitWords,
} from '../plans/prepare-plan.ts';
import {
  type ChangeOptions,
  changeOf,
  findWorkload,
  type WorkloadName,
  workloadName,
} from '../plans/rollout-change.ts';
import { printData } from '../render/data.ts';
import { rolloutSummary, rolloutVerdict } from '../render/rollout-plan.ts';

export interface RolloutPlanOptions extends PlanOptions, ChangeOptions {
  readonly at?: string;
}

/** `devops-sim rollout-plan`. */
export async function planRollout(
  args: string[],
  chosen: RolloutPlanOptions,
  context: Context,
): Promise<ExitCode> {
  const { scenario, words } = splitWords(args, chosen, context);
  if (words.length !== 1)
    throw new UsageError(
      words.length === 0 ? 'No workload is named.' : 'One workload is rolled out at a time.',
      'For example: devops-sim rollout-plan ./shop deployment/web --image shop/web:2.1',
    );
  const name = workloadName(words[0]!);
  const input = preparePlan(scenario, chosen, context);
  if (input === null) return exitCode.usage;
  const laboratory = new Laboratory(context, chosen);
  const plan = await inLaboratory(laboratory, () => experiment(input, name, { chosen, laboratory, context }));
  if (plan === null) return exitCode.interrupted;
  print(plan, chosen, context);
  return plan.verdict === 'go' ? exitCode.pass : exitCode.planRefused;
}

interface Means {
  readonly chosen: RolloutPlanOptions;
  readonly laboratory: Laboratory;
  readonly context: Context;
}

async function experiment(input: PlanInput, name: WorkloadName, means: Means): Promise<RolloutPlan> {
  const { chosen, laboratory, context } = means;
  const { label } = input;
  const model = withoutOwnChanges(input.model, name);
  const atMicros = instantOf(chosen.at, model);
  const session = laboratory.open(model);
  const before = () => laboratory.drive(session, `${label} with the rollout`, atMicros - 1);
  // Whoever is mistaken hears it at once.
  changeOf(findWorkload(session.view!, name), name.kind, chosen, context.workingFolder);
  await before();
  const workload = findWorkload(session.view!, name);
  const { words, request } = changeOf(workload, name.kind, chosen, context.workingFolder);
  const watch = new RolloutWatch(session.view!, workload, () => session.nowMicros);
  const { status, body } = session.api!.request(request);
  if (status >= 400)
    throw new UsageError(
      `The API server refuses the change: ${(body as { message?: string }).message ?? status}`,
    );
  await laboratory.drive(session, `${label} with the rollout`);
  watch.finish();
  const changed = laboratory.result(model, session);
  const plain = laboratory.open(model);
  await laboratory.drive(plain, `${label} without it`);
  const without = laboratory.result(model, plain);
  return rolloutPlan({ watch, change: words, without, with: changed, atMicros });
}

/** The scenario's own changes of the workload give way to the one that is asked about. */
function withoutOwnChanges(model: Model, { kind, namespace, name }: WorkloadName): Model {
  const end = `/${kind.plural}/${name}`;
  const inNamespace = namespace === null ? '/' : `/namespaces/${namespace}/`;
  const commands = model.commands.filter(
    (command) =>
      command.kind !== 'request' ||
      !(command.request.path.endsWith(end) && command.request.path.includes(inNamespace)),
  );
  return { ...model, commands };
}

function print(plan: RolloutPlan, { output, quiet }: RolloutPlanOptions, { out }: Context): void {
  if (output !== 'table') printData(plan, output, out);
  else if (quiet) out.print(rolloutVerdict(plan, out.colors));
  else out.print(rolloutSummary(plan, { colors: out.colors, width: out.columns() }));
}
