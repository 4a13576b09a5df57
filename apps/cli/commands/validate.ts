import type { Diagnostic } from '../../../src/base/diagnostics.ts';
import type { Validation } from '../../../src/model/validation-result.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type ManifestSet, readManifestSets } from '../input/manifest-set.ts';
import { type PrepareOptions, prepare, unique } from '../input/prepare.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { countWords, lineWidth, renderDiagnostic } from '../render/diagnostics.ts';
import { count } from '../render/wording.ts';

/** The options of `devops-sim validate`, by attribute name. */
export interface ValidateOptions extends PrepareOptions {
  readonly file: readonly string[];
  readonly variant?: string;
  readonly output: 'table' | DataFormat;
  readonly quiet: boolean;
}

interface Verdict {
  readonly set: ManifestSet;
  readonly variants: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly valid: boolean;
}

/** `devops-sim validate`. */
export async function validate(args: string[], chosen: ValidateOptions, context: Context): Promise<ExitCode> {
  const request = { scenarios: args, files: chosen.file, variant: chosen.variant };
  const verdicts = readManifestSets(request, context.workingFolder).map((set) => judge(set, chosen));
  const valid = verdicts.every((verdict) => verdict.valid);
  if (chosen.output === 'table') for (const verdict of verdicts) printVerdict(verdict, chosen, context);
  else printData(asData(verdicts, valid), chosen.output, context.out);
  return valid ? exitCode.pass : exitCode.usage;
}

// A variant is a scenario of its own, and nobody should learn at night that it never compiled.
function judge(set: ManifestSet, chosen: ValidateOptions): Verdict {
  const first = prepare(set, chosen);
  const variants = set.variant === null ? first.variants : [];
  const all = [first, ...variants.map((variant) => prepare({ ...set, variant }, chosen))];
  return {
    set,
    variants,
    diagnostics: unique(all.flatMap((one) => one.diagnostics)).sort(byPlace),
    valid: all.every((one) => one.model !== null),
  };
}

function printVerdict(
  { set, variants, diagnostics, valid }: Verdict,
  chosen: ValidateOptions,
  context: Context,
): void {
  const { out } = context;
  const shown = chosen.quiet ? diagnostics.filter((one) => one.severity === 'error') : diagnostics;
  const style = { colors: out.colors, width: lineWidth(out), files: set.files };
  for (const diagnostic of shown) out.print(`${renderDiagnostic(diagnostic, style)}\n`);
  if (chosen.quiet && valid) return;
  const { green, red, bold } = out.colors;
  const badge = valid ? bold(green('✓ valid')) : bold(red('✗ invalid'));
  const checked = [
    count(set.files.length, 'file'),
    ...(variants.length > 0 ? [count(variants.length, 'variant')] : []),
  ];
  out.print(`${badge}  ${bold(set.label)}: ${countWords(diagnostics)} in ${checked.join(' and ')}`);
}

function asData(verdicts: readonly Verdict[], valid: boolean): Validation {
  const diagnostics = verdicts.flatMap((verdict) =>
    verdict.diagnostics.map(({ position, ...rest }) => ({
      scenario: verdict.set.label,
      ...rest,
      ...position,
    })),
  );
  const amount = (severity: string) => diagnostics.filter((one) => one.severity === severity).length;
  return {
    schema: 'sim.devops/validation/v1',
    valid,
    counts: { error: amount('error'), warning: amount('warning'), info: amount('info') },
    diagnostics,
  };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const left = a.position;
  const right = b.position;
  if (!left || !right) return Number(!left) - Number(!right);
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
