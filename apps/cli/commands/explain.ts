import { type Explanation, explainField, explainText, kindList } from '../../../src/model/explain.ts';
import { childrenOf, type Field } from '../../../src/model/field.ts';
import { catalogue } from '../../../src/run/catalogue.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { didYouMean } from '../input/did-you-mean.ts';
import { namesKind } from '../input/kind-name.ts';
import { type InputRequest, type ManifestSet, readManifestSets } from '../input/manifest-set.ts';
import { type Prepared, type PrepareOptions, prepare } from '../input/prepare.ts';
import { namedScenarios } from '../input/scenario-name.ts';
import { printProblems } from '../problems.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { systemText } from '../render/system.ts';
import { wrap } from '../render/table.ts';

/** The options of `devops-sim explain`, by attribute name. */
export interface ExplainOptions extends PrepareOptions {
  readonly file: readonly string[];
  readonly variant?: string;
  readonly seed?: number;
  readonly recursive: boolean;
  readonly output: 'table' | DataFormat;
}

/** `devops-sim explain`. */
export async function explain(args: string[], chosen: ExplainOptions, context: Context): Promise<ExitCode> {
  const [subject] = args;
  if (subject === undefined && chosen.file.length === 0) return listKinds(chosen, context);
  if (subject !== undefined && meansKind(subject, context.workingFolder)) {
    return explainKind(subject, chosen, context);
  }
  const request = {
    scenarios: subject === undefined ? [] : [subject],
    files: chosen.file,
    variant: chosen.variant,
  };
  const [set] = readSets(request, context.workingFolder);
  return explainScenario(prepare(set!, chosen), chosen, context);
}

// A word that means nothing may have been a kind as well as a scenario.
function readSets(request: InputRequest, workingFolder: string): ManifestSet[] {
  try {
    return readManifestSets(request, workingFolder);
  } catch (error) {
    const [subject] = request.scenarios;
    const known = [
      ...namedScenarios(workingFolder).map((place) => place.name),
      ...catalogue.kinds.map((kind) => kind.kind),
    ];
    if (!(error instanceof UsageError) || !/no scenario or file/.test(error.message)) throw error;
    throw new UsageError(
      `There is no scenario, file or kind "${subject}".`,
      didYouMean(subject!, known) ?? 'Scenarios: devops-sim list. Kinds: devops-sim explain.',
    );
  }
}

// A scenario that has the name of a kind is still that scenario; a kind is meant before a file that has its name.
function meansKind(subject: string, workingFolder: string): boolean {
  if (namedScenarios(workingFolder).some((place) => place.name === subject)) return false;
  return namesKind(subject);
}

function listKinds(chosen: ExplainOptions, { out }: Context): ExitCode {
  const kinds = kindList(catalogue.kinds).map(({ kind, apiVersion }) => ({
    kind: kind.kind,
    apiVersion,
    shortNames: kind.shortNames,
    support: kind.support,
    summary: kind.summary,
  }));
  if (chosen.output !== 'table') {
    printData({ kinds }, chosen.output, out);
    return exitCode.pass;
  }
  for (const kind of kinds.filter((each) => each.support !== 'none')) {
    out.print(`${out.colors.bold(kind.kind)}  ${out.colors.dim(kind.apiVersion)}`);
    out.print(wrap(kind.summary, out.columns(), '    ').join('\n'));
  }
  out.print(`\nSee one with: devops-sim explain ${kinds[0]!.kind}`);
  return exitCode.pass;
}

function explainKind(subject: string, chosen: ExplainOptions, { out }: Context): ExitCode {
  const found = explainField(catalogue.kinds, subject);
  if ('problem' in found) throw new UsageError(found.problem, found.remedy);
  if (chosen.output !== 'table') printData(kindData(found.value, chosen), chosen.output, out);
  else {
    const width = Math.min(out.columns(), 100);
    out.print(explainText(found.value, { recursive: chosen.recursive, width }).trimEnd());
  }
  return exitCode.pass;
}

function kindData({ kind, path, field }: Explanation, { recursive }: ExplainOptions): unknown {
  return {
    kind: kind.kind,
    group: kind.group,
    version: kind.version,
    path,
    ...fieldData(field, recursive ? 6 : 1),
  };
}

function fieldData(field: Field, depth: number): object {
  const { name, type, required, description, words, examples } = field;
  const fields = depth === 0 ? [] : childrenOf(field).map((child) => fieldData(child, depth - 1));
  return {
    name,
    type,
    required,
    description,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(words.length > 1 ? { allowed: words } : {}),
    ...(examples.length > 0 ? { examples } : {}),
    ...(fields.length > 0 ? { fields } : {}),
  };
}

function explainScenario(prepared: Prepared, chosen: ExplainOptions, context: Context): ExitCode {
  if (!printProblems([prepared], { context, quiet: false })) return exitCode.usage;
  const model = { ...prepared.model!, ...(chosen.seed === undefined ? {} : { seed: chosen.seed }) };
  const { out } = context;
  if (chosen.output !== 'table') printData({ scenario: prepared.set.label, model }, chosen.output, out);
  else out.print(systemText(model, { colors: out.colors, width: out.columns() }));
  return exitCode.pass;
}
