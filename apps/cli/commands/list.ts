import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { outlineOf, type ScenarioOutline } from '../input/outline.ts';
import { displayPath, namedScenarios, type ScenarioPlace } from '../input/scenario-name.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { cut, harmless, table } from '../render/table.ts';

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
  const width = out.isTerminal ? out.columns() : 160;
  const cells = rows.map((row) => [
    out.colors.bold(harmless(row.name)),
    row.duration ?? '–',
    harmless(row.variants.map((variant) => variant.name).join(', ')) || '–',
    harmless(row.problem ?? firstSentence(row.description)),
  ]);
  const columns = [
    { title: 'NAME' },
    { title: 'DURATION', align: 'right' as const },
    { title: 'VARIANTS', shrinks: true },
    { title: 'WHAT IT SHOWS', shrinks: true },
  ];
  out.print(table(columns, cells, { width, title: out.colors.dim }).join('\n'));
}

function firstSentence(text: string): string {
  const end = text.search(/[.:!?](\s|$)/);
  return cut(end < 0 ? text : text.slice(0, end), 100);
}
