import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { outlineOf, type ScenarioOutline } from '../input/outline.ts';
import { displayPath, namedScenarios, type ScenarioPlace } from '../input/scenario-name.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { harmless, pad, wrap } from '../render/table.ts';

interface Row extends ScenarioOutline {
  /** Why the scenario cannot be read; absent when it can. */
  readonly problem?: string;
}

/** `devops-sim list`. */
export async function list(
  _args: string[],
  chosen: { output: 'table' | 'name' | DataFormat },
  context: Context,
): Promise<ExitCode> {
  const { out, err, workingFolder } = context;
  const rows = namedScenarios(workingFolder).map((place) => rowOf(place, workingFolder));
  if (chosen.output === 'name') for (const row of rows) out.write(`${row.name}\n`);
  else if (chosen.output !== 'table') printData({ scenarios: rows }, chosen.output, out);
  else if (rows.length === 0)
    err.print('There are no scenarios here. A scenario is a folder below scenarios/.');
  else printTable(rows, context);
  return exitCode.pass;
}

function rowOf(place: ScenarioPlace, workingFolder: string): Row {
  const path = displayPath(place.path, workingFolder);
  try {
    return { ...outlineOf(place, workingFolder), path };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { name: place.name, path, description: '', duration: null, variants: [], problem: error.message };
  }
}

function printTable(rows: readonly Row[], { out }: Context): void {
  const { bold, dim } = out.colors;
  const width = Math.min(out.columns(), 100);
  for (const row of rows) {
    out.print(`${bold(harmless(row.name))}  ${dim(row.duration ?? 'as long as its demand')}`);
    for (const line of wrap(harmless(row.problem ?? row.description), width, '    ')) out.print(line);
    const longest = Math.max(0, ...row.variants.map((variant) => variant.name.length));
    for (const { name, description } of row.variants) {
      const head = `    ${pad(harmless(`${row.name}:${name}`), row.name.length + longest + 3)}`;
      const lines = wrap(harmless(description), width, head, ' '.repeat(head.length));
      for (const line of lines.length > 0 ? lines : [head.trimEnd()]) out.print(line);
    }
    out.print('');
  }
  out.print(`Run one with: devops-sim run ${rows[0]!.name}`);
}
