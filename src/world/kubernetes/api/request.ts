/**
 * Fidelity: an HTTP request to the API server and its answer, without the network: bodies are plain JSON values, whatever
 * encoding the client used. What changes something is a command of the run: it is kept, and given again when the run is
 * replayed.
 */
import type { ApiCall } from '../../../model/model.ts';

export type ApiRequest = ApiCall;

export interface ApiResponse {
  readonly status: number;
  /** `application/json`, `text/plain`… */
  readonly contentType: string;
  /** A JSON value, or text for `text/plain`. */
  readonly body: unknown;
  /** e.g. `Warning`, `Retry-After`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a watch or a followed log sends on: one JSON value or one line at a time. */
export interface Stream {
  send(chunk: unknown): void;
  /** Nothing more will come. */
  end(): void;
}

/** A request that changes something when it is not a dry run: it becomes a command. */
export function isMutating({ method, path, query }: ApiRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && query['dryRun'] !== 'All' && !reviewPath.test(path);
}

/** Reviews are asked and never kept. */
const reviewPath = /^\/apis\/(authentication|authorization)\.k8s\.io\//;
