/** A broken promise between two parts of this program: always a defect of ours, never of the user's input. */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Stops at once when `condition` does not hold. Stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
