import type { Result } from '../../src/model/result.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import type { Replay } from './input/replay.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

/** The options of `devops-sim run`, by attribute name. */
export interface RunOptions {
  readonly file: readonly string[];
  readonly variant?: string;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly duration?: string;
  readonly strict: boolean;
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'csv' | 'html';
  readonly report?: string;
  readonly save?: string;
  readonly replay?: string;
  readonly quiet: boolean;
  readonly progress: boolean;
}

/** What running one scenario needs besides the scenario. */
export interface RunTools {
  readonly context: Context;
  readonly chosen: RunOptions;
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** One of several scenarios: file names carry the scenario's, tables a blank line between them. */
  readonly several: boolean;
  /** The changes of a live run, made again; null: there are none. */
  readonly replay: Replay | null;
}

/** How one scenario ended; what is for people has been printed already. */
export interface Outcome {
  readonly code: ExitCode;
  /** What `-o json` prints. */
  readonly data: unknown;
  /** What `-o csv` prints the figures of. */
  readonly figures: readonly Result[];
}
