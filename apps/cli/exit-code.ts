/** What the process says when it ends; scripts and CI rely on these numbers. */
export const exitCode = {
  pass: 0,
  /** A defect of this program. */
  internal: 1,
  /** A plan says no: what was asked about can't be done, or users would suffer. */
  planRefused: 1,
  /** Wrong usage, or a manifest that cannot be run. */
  usage: 2,
  /** The scenario ran but says nothing: no request was sent, a command or fault had no effect. */
  invalidScenario: 3,
  /** An objective or a threshold failed; the number k6 uses. */
  objectiveFailed: 99,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** The user asked for something that cannot be done. Shown as a message and a remedy, never with a stack. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Which of several outcomes a command over many scenarios reports: the gravest. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [
    exitCode.interrupted,
    exitCode.internal,
    exitCode.usage,
    exitCode.invalidScenario,
    exitCode.objectiveFailed,
  ];
  return order.find((code) => codes.includes(code)) ?? exitCode.pass;
}
