import { exitCode } from './exit-code.ts';
import { writeLastWords } from './terminal.ts';

/** Whether the user pressed Ctrl-C. The first time work stops in good order; the second time the process ends. */
export interface Interrupt {
  readonly requested: boolean;
  /** Called once, at the first Ctrl-C. */
  onRequest(listener: () => void): void;
  /** Gives Ctrl-C its ordinary meaning back. */
  release(): void;
}

/** Takes over SIGINT and SIGTERM until released. `beforeDeath` may tidy the terminal. */
export function catchInterrupt(beforeDeath: () => void = () => {}): Interrupt {
  const listeners: (() => void)[] = [];
  let requested = false;
  const handle = () => {
    if (requested) {
      beforeDeath();
      writeLastWords('\nStopped.\n');
      process.exit(exitCode.interrupted);
    }
    requested = true;
    for (const listener of listeners) listener();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    get requested() {
      return requested;
    },
    onRequest: (listener) => void listeners.push(listener),
    release: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
