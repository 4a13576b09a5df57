import type { Context } from './context.ts';
import { callFor } from './input/manifest-set.ts';
import { type Prepared, unique } from './input/prepare.ts';
import { countWords, lineWidth, renderDiagnostic } from './render/diagnostics.ts';
import { count } from './render/wording.ts';

const warningsShown = 10;

/**
 * Prints errors and warnings of what was read on standard error; notes are for `validate` and `explain`. Says
 * whether all of it can be run.
 */
export function printProblems(
  prepared: readonly Prepared[],
  { context, quiet }: { context: Context; quiet: boolean },
): boolean {
  const runnable = prepared.every((one) => one.model !== null);
  const diagnostics = unique(prepared.flatMap((one) => one.diagnostics));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning');
  const shown = quiet ? [] : warnings.slice(0, warningsShown);
  const files = prepared.flatMap((one) => one.set.files);
  const { err } = context;
  for (const diagnostic of [...errors, ...shown]) {
    err.print(renderDiagnostic(diagnostic, { colors: err.colors, width: lineWidth(err), files }));
  }
  if (!quiet && warnings.length > shown.length) {
    err.print(`… and ${warnings.length - shown.length} more warnings: devops-sim validate shows all`);
  }
  const notes = diagnostics.filter((diagnostic) => diagnostic.severity === 'info').length;
  if (runnable && !quiet && notes > 0) {
    const calls = prepared.map((one) => callFor(one.set)).join(' ');
    err.print(`${count(notes, 'note')} on the manifests: devops-sim validate ${calls}`);
  }
  if (!runnable) err.print(`Cannot run: ${countWords([...errors, ...warnings])}.`);
  return runnable;
}
