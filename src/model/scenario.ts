import type { Diagnostic } from '../base/diagnostics.ts';
import type { ScenarioDocument } from './kinds/scenario.ts';
import type { Resource, ResourceSet } from './resource.ts';

/** What `parse` makes of the text: documents with their places, ready to be compiled. */
export interface ParsedScenario {
  /**
   * What compilers may read. Documents of the wrong shape are among them where something can stand in for what is at
   * fault (`Resource.doubts`): nothing runs then, but all that is certain of the rest is told. Others are left out.
   */
  readonly resources: ResourceSet;
  /** The document of kind Scenario; null when there is none, or none that can be read. */
  readonly document: Resource<ScenarioDocument> | null;
  /** From the document; else after the file that the manifests came from. */
  readonly name: string;
  /** Variations that the document offers. */
  readonly variants: readonly { readonly name: string; readonly description: string }[];
  /** The variation that was applied. */
  readonly variant: string | null;
  readonly strict: boolean;
  /** Everything that reading found, errors included. */
  readonly diagnostics: readonly Diagnostic[];
}
