import type { Terminals } from './terminal.ts';

/** What a command knows of the process it runs in. */
export interface Context extends Terminals {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  /** Says what is being done, on standard error, when the user debugs. */
  readonly trace: (text: string) => void;
}
