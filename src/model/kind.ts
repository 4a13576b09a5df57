import type { TSchema } from 'typebox';
import type { Diagnostics } from '../base/diagnostics.ts';
import type { Distribution } from '../base/distribution-spec.ts';
import type { Inference } from './model.ts';
import type { Resource, ResourceSet } from './resource.ts';

/** A kind of document that can be read. */
export interface Kind {
  /** API group, e.g. `apps`; empty for the core group. */
  readonly group: string;
  /** e.g. `v1`. */
  readonly version: string;
  readonly kind: string;
  /** Lower case, e.g. `deployments`. */
  readonly plural: string;
  /** Other names that `--set` and `explain` accept, lower case, e.g. `deploy`. */
  readonly shortNames: readonly string[];
  /** Documents of it belong to a namespace. */
  readonly namespaced: boolean;
  /** One sentence. */
  readonly summary: string;
  /** Of the whole document, `apiVersion`, `kind` and `metadata` included. */
  readonly schema: TSchema;
  /** A kind of this project: unknown fields are errors and it has a page of its own. */
  readonly own: boolean;
  /** What the simulator does with it: `full` acts; `none` has no effect, which is noted. */
  readonly support: 'full' | 'none';
  /** What becomes of documents without effect, after their number: `left out: not simulated`. */
  readonly note?: string;
  /**
   * What schemas cannot say: rules between fields and between documents. Whatever has the wrong type has been
   * reported and taken out of the value that the rules see.
   */
  readonly rules?: (resource: Resource, diagnostics: Diagnostics, all: ResourceSet) => void;
}

/** The settings of the whole scenario, normalised: what every room needs to know of it. */
export interface ScenarioSettings {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly durationMicros: number;
  readonly warmupMicros: number;
  readonly sampleMicros: number;
  readonly startsAt: string | null;
  /** At least one. */
  readonly zones: readonly string[];
  readonly network: { readonly sameZone: Distribution; readonly crossZone: Distribution };
}

/** What a compiler may ask for and where it reports. */
export interface CompileContext {
  readonly diagnostics: Diagnostics;
  /** Records a value that no manifest states. */
  infer(entry: Inference): void;
  readonly scenario: ScenarioSettings;
  /** Text of a data file that a manifest names, such as a trace; null when there is none. */
  readonly files: (name: string) => string | null;
}

/** Turns resources into one room's section of the model. */
export interface Compiler {
  /** The section's name in `Model.rooms`. */
  readonly room: string;
  /**
   * How long the room's own documents last (the end of a trace or of the stages), or null when they have no end.
   * Asked only when no Scenario states a duration; must not report diagnostics.
   */
  horizonMicros?(resources: ResourceSet, files: CompileContext['files']): number | null;
  /**
   * What clocks show at virtual time zero according to the room's own documents (the dates in a trace), as date and
   * time with offset, or null. Asked only when no Scenario states it; must not report diagnostics.
   */
  startsAt?(resources: ResourceSet, files: CompileContext['files']): string | null;
  /** The section as plain JSON, or null when the resources hold nothing for this room. */
  compile(resources: ResourceSet, context: CompileContext): unknown | null;
}

/** Everything that can be read and compiled; the composition root puts it together. */
export interface Catalogue {
  readonly kinds: readonly Kind[];
  readonly compilers: readonly Compiler[];
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}
