import type { Diagnostic } from '../base/diagnostics.ts';
import type { ScenarioDocument } from './kinds/scenario.ts';
import type { Resource, ResourceSet } from './resource.ts';

/** What `parse` makes of the text: documents with their places, ready to be compiled. */
export interface ParsedScenario {
  /** Those of the shape that their kinds ask for, so that compilers may read them; the set is not whole when others were left out. */
  readonly resources: ResourceSet;
  /** The document of kind Scenario; null when there is none, or none of the right shape. */
  readonly document: Resource<ScenarioDocument> | null;
  /**
   * Where the Scenario has the wrong shape, what is left of it without the parts at fault: any field may be missing, and
   * items of lists may be undefined. Only to find more to say; else null.
   */
  readonly flawed: Resource | null;
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
