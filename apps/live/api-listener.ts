import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { jsonParts } from './json-parts.ts';
import { BodyError, decodeBody, readBody } from './request-body.ts';
import type { LiveApi, LiveRequest, LiveResponse } from './session.ts';

/** A Kubernetes API over HTTP on loopback. */
export interface ApiListener {
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Larger answers are compressed for whoever takes it, as kube-apiserver does. */
const gzipBytesMin = 128 * 1024;
/** A client that lets so much of a stream lie is cut off. */
const unreadBytesMax = 64 * 1024 * 1024;
/** How long a watch lasts when the client doesn't say, in seconds. */
const watchSeconds = 1800;
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Serves a live run on 127.0.0.1. Port 0 takes any that is free. Rejects when the port is taken. */
export async function listen(api: LiveApi, port: number): Promise<ApiListener> {
  const server = createServer(
    { keepAliveTimeout: 120_000, requestTimeout: 60_000, noDelay: true },
    (request, response) => {
      answer(api, request, response).catch((error: unknown) => fail(response, error));
    },
  );
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return { port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(api: LiveApi, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLocal(incoming)) {
    send(incoming, response, status(403, 'Forbidden', 'this server answers on this machine alone'));
    return;
  }
  const request = await liveRequest(incoming);
  if (wantsStream(request)) stream(api, request, incoming, response);
  else send(incoming, response, api.request(request));
}

/** A page in a browser can make it call any address: only pages of this machine may, and only by its own name. */
function isLocal({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  return isLocalName(host) && (origin === undefined || isLocalName(origin.replace(/^https?:\/\//, '')));
}

function isLocalName(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}

async function liveRequest(incoming: IncomingMessage): Promise<LiveRequest> {
  const { method = 'GET', headers } = incoming;
  if (!methods.has(method))
    throw new BodyError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  const { path, query } = target(incoming.url ?? '/');
  const contentType = headers['content-type'] ?? '';
  const body = decodeBody(await readBody(incoming), contentType);
  return {
    method: method as LiveRequest['method'],
    path,
    query,
    accept: headers.accept ?? '',
    contentType,
    userAgent: headers['user-agent'] ?? '',
    body: body.value,
    duplicates: body.duplicates,
  };
}

function target(url: string): Pick<LiveRequest, 'path' | 'query'> {
  try {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    return { path: decodeURIComponent(pathname), query: Object.fromEntries(searchParams) };
  } catch {
    throw new BodyError(400, 'BadRequest', 'the address of the request can not be read');
  }
}

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

function wantsStream({ method, query }: LiveRequest): boolean {
  return method === 'GET' && (isTrue(query['watch']) || isTrue(query['follow']));
}

function status(code: number, reason: string, message: string): LiveResponse {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, contentType: 'application/json', body, headers: [] };
}

/** Answers a request that came to nothing; a defect is told as one. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = error instanceof BodyError;
  const why = error instanceof Error ? error.message : String(error);
  const refused = known
    ? status(error.status, error.reason, why)
    : status(500, 'InternalError', `a defect: ${why}`);
  // What remains of a body that was too large is not read: the connection can't be used again.
  if (known && error.status === 413) response.setHeader('Connection', 'close');
  head(response, refused);
  response.end(JSON.stringify(refused.body));
}

function head(response: ServerResponse, { status: code, contentType, headers }: LiveResponse): void {
  response.statusCode = code;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Cache-Control', 'no-cache, private');
  for (const [name, value] of headers) response.appendHeader(name, value);
}

function send(incoming: IncomingMessage, response: ServerResponse, answered: LiveResponse): void {
  head(response, answered);
  const { body } = answered;
  const parts = typeof body === 'string' ? [body][Symbol.iterator]() : jsonParts(body);
  const first = parts.next().value ?? '';
  const second = parts.next();
  if (incoming.method === 'HEAD') response.end();
  else if (second.done === true && first.length < gzipBytesMin) whole(response, first);
  else long(incoming, response, prefixed([first, second.done === true ? '' : second.value], parts));
}

function whole(response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

function* prefixed(first: readonly string[], rest: Iterable<string>): Generator<string> {
  yield* first;
  yield* rest;
}

function long(incoming: IncomingMessage, response: ServerResponse, parts: Iterable<string>): void {
  const ignore = () => {};
  const text = Readable.from(parts, { objectMode: true, highWaterMark: 2 });
  if (!/\bgzip\b/.test(incoming.headers['accept-encoding']?.toString() ?? '')) {
    pipeline(text, response, ignore);
    return;
  }
  response.setHeader('Content-Encoding', 'gzip');
  pipeline(text, createGzip({ level: constants.Z_BEST_SPEED }), response, ignore);
}

/** Serves a watch or a followed log until the client leaves, the run ends it, or its time is up. */
function stream(
  api: LiveApi,
  request: LiveRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    const contentType = isTrue(request.query['follow']) ? 'text/plain; charset=utf-8' : 'application/json';
    head(response, { status: 200, contentType, body: null, headers: [] });
    response.flushHeaders();
  };
  const opened = api.open(request, {
    send: (chunk) => {
      begin();
      if (response.destroyed || response.writableEnded) return;
      response.write(typeof chunk === 'string' ? chunk : `${JSON.stringify(chunk)}\n`);
      if (response.writableLength > unreadBytesMax) response.destroy();
    },
    end: () => {
      begin();
      response.end();
    },
  });
  if (typeof opened !== 'function') {
    send(incoming, response, opened);
    return;
  }
  begin();
  endInTime(request, response, opened);
}

function endInTime({ query }: LiveRequest, response: ServerResponse, close: () => void): void {
  const asked = Number(query['timeoutSeconds']);
  const seconds = Number.isFinite(asked) && asked > 0 ? asked : watchSeconds;
  let open = true;
  const shut = () => {
    if (!open) return;
    open = false;
    close();
  };
  const timer = setTimeout(
    () => {
      shut();
      response.end();
    },
    Math.min(seconds * 1000, 2_147_483_647),
  );
  timer.unref();
  response.on('close', () => {
    clearTimeout(timer);
    shut();
  });
}
