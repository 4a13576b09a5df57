import type { Diagnostic } from '../../../src/base/diagnostics.ts';
import { compile } from '../../../src/model/compile.ts';
import type { Model } from '../../../src/model/model.ts';
import { parse } from '../../../src/model/parse.ts';
import { catalogue } from '../../../src/run/catalogue.ts';
import type { ManifestSet } from './manifest-set.ts';

/** What may be changed on the command line before a scenario is compiled. */
export interface PrepareOptions {
  readonly set: readonly string[];
  readonly strict: boolean;
  readonly duration?: string | undefined;
}

/** A scenario read and compiled; `model` is null when there are errors among the diagnostics. */
export interface Prepared {
  readonly set: ManifestSet;
  readonly variants: readonly string[];
  readonly model: Model | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** parse and compile. Problems are returned, all of them; throws UsageError only for unreadable data files. */
export function prepare(set: ManifestSet, options: PrepareOptions): Prepared {
  const parsed = parse(set.files, catalogue, {
    strict: options.strict,
    set: options.set,
    ...(set.variant === null ? {} : { variant: set.variant }),
    ...(options.duration === undefined ? {} : { duration: options.duration }),
  });
  const compiled = compile(parsed.scenario, catalogue, { files: set.data });
  const diagnostics = unique([...parsed.diagnostics, ...compiled.diagnostics]).map(askedInVain);
  return {
    set,
    variants: parsed.scenario.variants.map((variant) => variant.name),
    model: diagnostics.some(({ severity }) => severity === 'error') ? null : compiled.model,
    diagnostics,
  };
}

// Manifests may hold fields of tomorrow's Kubernetes. A field that is set for this run is meant to change it, and the
// figures of a run that nothing changed would be taken for an answer.
function askedInVain(diagnostic: Diagnostic): Diagnostic {
  const set = diagnostic.code === 'unknown-field' && diagnostic.position?.file.startsWith('--set');
  return set ? { ...diagnostic, severity: 'error' } : diagnostic;
}

/** The diagnostics without repetitions: stages pass them on, and the variants of a scenario share most of them. */
export function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const key = JSON.stringify(diagnostic);
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
