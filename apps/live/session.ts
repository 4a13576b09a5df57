/**
 * What a live run offers to those who serve it. The run decides everything as a function of what it is given here: reads change
 * nothing, and what changes something becomes a command of the run.
 */

export interface LiveRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: unknown;
  /** Paths of members that the body's text had more than once. */
  readonly duplicates?: readonly string[];
}

export interface LiveResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface LiveStream {
  send(chunk: unknown): void;
  end(): void;
}

export interface LiveApi {
  /** Answers at the present instant; what changes something is done a microsecond later and kept as a command. */
  request(request: LiveRequest): LiveResponse;
  /** As `request`; where the request asks for a stream, begins it and returns what ends it. */
  open(request: LiveRequest, stream: LiveStream): LiveResponse | (() => void);
}

export interface LiveSession extends LiveApi {
  readonly nowMicros: number;
  readonly endMicros: number;
  readonly finished: boolean;
  /** Simulates up to an instant, at most the end. */
  advance(toMicros: number): void;
  /** Lets streams have what has come about since the last time. */
  settle(): void;
}
