import { type Diagnostic, Diagnostics } from '../base/diagnostics.ts';
import { readAsked } from './asked.ts';
import type { Catalogue, CompileContext, Compiler } from './kind.ts';
import { customKinds } from './kubernetes/custom-kinds.ts';
import type { Inference, Model } from './model.ts';
import { pathText } from './place.ts';
import type { ResourceSet } from './resource.ts';
import type { ParsedScenario } from './scenario.ts';
import { readSettings } from './settings.ts';
import { mentionsStandIn, withoutStandIns } from './stand-in.ts';

export interface CompileOptions {
  /** Text of a data file that a manifest names, such as a trace; null when there is none. */
  readonly files?: CompileContext['files'];
}

export interface Compilation {
  /** Null when there are errors, of reading or of compiling. */
  readonly model: Model | null;
  /** What compiling found; what reading found is in the scenario. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Turns a parsed scenario into all that a run needs: settings of the whole, then one section for each room that
 * has something to simulate. Nothing is left to infer afterwards, and everything inferred is listed. Where documents
 * of the wrong shape were left out there is no model, and of the others all that is certainly wrong is told.
 */
export function compile(
  scenario: ParsedScenario,
  catalogue: Catalogue,
  options: CompileOptions = {},
): Compilation {
  const broken = scenario.diagnostics.some(({ severity }) => severity === 'error');
  const diagnostics = new Diagnostics();
  if (scenario.resources.all.length === 0)
    return { model: null, diagnostics: broken ? [] : [nothingToRead()] };
  try {
    const model = build(scenario, catalogue, { diagnostics, files: options.files ?? (() => null) });
    const failed = broken || diagnostics.hasErrors;
    return { model: failed ? null : model, diagnostics: unsaid(scenario, diagnostics.list) };
  } catch (error) {
    // Reading has already refused these documents; compiling them was only to find more to say.
    if (!broken) throw error;
    return { model: null, diagnostics: unsaid(scenario, diagnostics.list) };
  }
}

/** What reading has not said already, at the same place in the same words. */
function unsaid(scenario: ParsedScenario, found: readonly Diagnostic[]): readonly Diagnostic[] {
  const key = ({ code, message, position }: Diagnostic) => JSON.stringify([code, message, position]);
  const said = new Set(scenario.diagnostics.map(key));
  const certain = scenario.resources.sound ? found : certainOf(scenario.resources, found);
  const judged = certain.filter((diagnostic) => !said.has(key(diagnostic)));
  const errors = [...scenario.diagnostics, ...judged].filter(
    ({ severity, code }) => severity === 'error' && code !== refused,
  );
  return judged.filter((one) => one.code !== refused || !errors.some((error) => concern(error, one)));
}

/** What the API server would refuse, in its own words: of what the project's rules tell in theirs, they are enough. */
const refused = 'refused-by-kubernetes';

/** Whether two diagnostics are about the same part of the same document. */
function concern(one: Diagnostic, other: Diagnostic): boolean {
  if (one.resource !== other.resource || one.position?.file !== other.position?.file) return false;
  const [short, long] = [one.path ?? '', other.path ?? ''].sort((a, b) => a.length - b.length);
  return long.startsWith(short) && /^(?:$|[.[])/.test(short === '' ? '' : long.slice(short.length));
}

/** Without what was found about things that only stand in for what was written. */
function certainOf(resources: ResourceSet, found: readonly Diagnostic[]): Diagnostic[] {
  const doubts = new Map(
    resources.all.map(({ id, doubts: paths = [] }) => [id, paths.map((path) => pathText(path))]),
  );
  const isCertain = ({ resource = '', path = '', message }: Diagnostic) =>
    !mentionsStandIn(message) &&
    !(doubts.get(resource) ?? []).some(
      (doubt) => path.startsWith(doubt) && /^(?:$|[.[])/.test(path.slice(doubt.length)),
    );
  return found
    .filter(isCertain)
    .map((one) => (one.remedy === undefined ? one : { ...one, remedy: withoutStandIns(one.remedy) }));
}

function nothingToRead(): Diagnostic {
  return {
    severity: 'error',
    code: 'nothing-to-simulate',
    message: 'There is no document to simulate.',
    remedy: 'Give manifests with a Deployment or StatefulSet, or name a scenario.',
  };
}

interface Building {
  readonly diagnostics: Diagnostics;
  readonly files: CompileContext['files'];
}

function build(scenario: ParsedScenario, catalogue: Catalogue, { diagnostics, files }: Building): Model {
  const inferences: Inference[] = [];
  const infer = (entry: Inference) => void inferences.push(entry);
  const settings = readSettings(scenario, {
    diagnostics,
    infer,
    horizonMicros: () => horizonMicros(scenario, catalogue.compilers, files),
    startsAt: () => startsAt(scenario, catalogue.compilers, files),
  });
  const rooms: Record<string, unknown> = {};
  for (const compiler of catalogue.compilers) {
    const section = compiler.compile(scenario.resources, { diagnostics, infer, scenario: settings, files });
    if (section !== null) rooms[compiler.room] = section;
  }
  if (Object.keys(rooms).length === 0 && scenario.resources.whole && !diagnostics.hasErrors)
    diagnostics.list.push(nothingToRead());
  const { durationMicros } = settings;
  const asked = readAsked(scenario, {
    diagnostics,
    infer,
    durationMicros,
    kinds: [
      ...catalogue.kinds,
      ...customKinds(
        scenario.resources.byKind('CustomResourceDefinition').map(({ value }) => value),
        catalogue.kinds,
      ),
    ],
    rooms,
  });
  return {
    format: 'sim.devops/model/v1',
    name: settings.name,
    description: describe(scenario, settings.description),
    seed: settings.seed,
    durationMicros,
    warmupMicros: settings.warmupMicros,
    sampleMicros: settings.sampleMicros,
    startsAt: settings.startsAt,
    ...asked,
    inferences,
    diagnostics: [...scenario.diagnostics, ...diagnostics.list],
    rooms,
  };
}

/** The longest of what the rooms' documents say about their own length. */
function horizonMicros(
  scenario: ParsedScenario,
  compilers: readonly Compiler[],
  files: CompileContext['files'],
): number | null {
  let longest: number | null = null;
  for (const compiler of compilers) {
    const horizon = compiler.horizonMicros?.(scenario.resources, files) ?? null;
    if (horizon !== null) longest = Math.max(longest ?? 0, horizon);
  }
  return longest;
}

/** The first time of day that a room's documents know. */
function startsAt(
  scenario: ParsedScenario,
  compilers: readonly Compiler[],
  files: CompileContext['files'],
): string | null {
  for (const compiler of compilers) {
    const known = compiler.startsAt?.(scenario.resources, files) ?? null;
    if (known !== null) return known;
  }
  return null;
}

function describe(scenario: ParsedScenario, description: string): string {
  const variant = scenario.variants.find(({ name }) => name === scenario.variant);
  return [description, variant?.description ?? ''].filter((part) => part !== '').join(' ');
}
