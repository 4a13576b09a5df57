/**
 * Fidelity: why an API server refuses, as `metav1.Status` with the reasons and codes of apimachinery 1.32
 * (pkg/api/errors). A refusal is a value: control loops act on it as they do in life, and clients are sent it.
 */

export interface StatusCause {
  /** Machine-readable: `FieldValueInvalid`, `DisruptionBudget`. */
  readonly reason: string;
  readonly message: string;
  /** Path in the object: `spec.containers[0].image`. */
  readonly field?: string;
}

const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type FailureReason = keyof typeof codes;

export interface Failure {
  readonly reason: FailureReason;
  readonly code: number;
  readonly message: string;
  /** What it is about: resource's group and kind (plural, except for `Invalid`), and the object's name. */
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
}

/** An answer or a refusal. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(
  reason: FailureReason,
  message: string,
  details?: Failure['details'],
): { readonly ok: false; readonly failure: Failure } {
  const failure: Failure = { reason, code: codes[reason], message };
  return { ok: false, failure: details === undefined ? failure : { ...failure, details } };
}

interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

function qualified({ group, plural }: Named): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function notFound(type: Named, name: string) {
  return refuse('NotFound', `${qualified(type)} "${name}" not found`, {
    name,
    group: type.group,
    kind: type.plural,
  });
}

export function alreadyExists(type: Named, name: string) {
  const details = { name, group: type.group, kind: type.plural };
  return refuse('AlreadyExists', `${qualified(type)} "${name}" already exists`, details);
}

export function conflict(type: Named, name: string, why: string) {
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`;
  return refuse('Conflict', message, { name, group: type.group, kind: type.plural });
}

/** What the server says when an object has changed since the client read it. */
export const objectModified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(type: Named, name: string, why: string) {
  const message = `${qualified(type)} "${name}" is forbidden: ${why}`;
  return refuse('Forbidden', message, { name, group: type.group, kind: type.plural });
}

/** The causes are the field errors; at least one. */
export function invalid(type: Named, name: string, causes: readonly StatusCause[]) {
  const texts = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const listed = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  return refuse('Invalid', `${kind} "${name}" is invalid: ${listed}`, {
    name,
    group: type.group,
    kind: type.kind,
    causes,
  });
}
