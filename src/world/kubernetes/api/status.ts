/**
 * Fidelity: how an API server says what became of a request: `metav1.Status` (apimachinery 1.32), with the messages of
 * apiserver's endpoints/handlers.
 */
import type { Failure, Outcome } from '../store/failure.ts';
import { refuse } from '../store/failure.ts';
import type { ApiResponse } from './request.ts';

type Header = readonly [name: string, value: string];

const noHeaders: readonly Header[] = [];

export function json(status: number, body: unknown, headers: readonly Header[] = noHeaders): ApiResponse {
  return { status, contentType: 'application/json', body, headers };
}

export function text(status: number, body: string): ApiResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body, headers: noHeaders };
}

/** The Status object of a refusal. */
export function statusOf(failure: Failure, metadata: Readonly<Record<string, unknown>> = {}): unknown {
  const { message, reason, code, details } = failure;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details: stated(details) }),
    code,
  };
}

/** Empty members are left out, as Go's `omitempty` does. */
function stated(details: NonNullable<Failure['details']>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== '' && value !== undefined),
  );
}

/** A refusal as a response, with `Retry-After` where the Status names a time. */
export function refusal(failure: Failure, metadata?: Readonly<Record<string, unknown>>): ApiResponse {
  const after = failure.details?.retryAfterSeconds;
  const headers: readonly Header[] = after === undefined ? noHeaders : [['Retry-After', String(after)]];
  return json(failure.code, statusOf(failure, metadata), headers);
}

export function respond<T>(outcome: Outcome<T>, make: (value: T) => ApiResponse): ApiResponse {
  return outcome.ok ? make(outcome.value) : refusal(outcome.failure);
}

export function badRequest(message: string) {
  return refuse('BadRequest', message);
}

/** What any address gets that leads nowhere. */
export const unknownPath = refuse('NotFound', 'the server could not find the requested resource').failure;

export function notAllowed(verb: string, what: string): Failure {
  return refuse('MethodNotAllowed', `${verb} is not supported on resources of kind "${what}"`, { kind: what })
    .failure;
}

/** What a deletion answers when nothing is left of the object. */
export function deleted(name: string, group: string, kind: string, uid: string): unknown {
  const about = group === '' ? { name, kind, uid } : { name, group, kind, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: about };
}
