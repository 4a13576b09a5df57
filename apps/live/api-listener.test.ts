import assert from 'node:assert/strict';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type ApiListener, listen } from './api-listener.ts';
import type { LiveApi, LiveRequest } from './session.ts';

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe('the API over HTTP', () => {
  const asked: LiveRequest[] = [];
  const items = Array.from({ length: 3000 }, (_, index) => ({ index, padding: 'x'.repeat(100) }));
  let streams = 0;
  let closed = 0;
  const api: LiveApi = {
    request(request) {
      asked.push(request);
      const body = request.path === '/long' ? { kind: 'List', items } : { path: request.path };
      return { status: 200, contentType: 'application/json', body, headers: [['Warning', '299 - "w"']] };
    },
    open(request, stream) {
      if (request.path === '/refused')
        return { status: 410, contentType: 'application/json', body: {}, headers: [] };
      streams++;
      stream.send({ type: 'ADDED' });
      return () => void closed++;
    },
  };
  let listener: ApiListener;

  before(async () => {
    listener = await listen(api, 0);
  });
  after(() => listener.close());

  function open(path: string, options: Record<string, unknown> = {}): ClientRequest {
    return httpRequest({ host: '127.0.0.1', port: listener.port, path, agent: false, ...options });
  }

  function get(path: string, options: Record<string, unknown> = {}, body?: string | Buffer): Promise<Got> {
    return new Promise((resolve, reject) => {
      const sent = open(path, options);
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      sent.end(body);
    });
  }

  const json = (got: Got) => JSON.parse(got.body.toString());
  const post = (type: string) => ({ method: 'POST', headers: { 'content-type': type } });

  test('path, query and body arrive decoded; headers go back', async () => {
    const got = await get(
      '/a%20b?labelSelector=app%3Dweb&limit=5',
      post('application/json'),
      '{"a":1,"a":2}',
    );
    assert.equal(json(got).path, '/a b');
    assert.equal(got.headers['warning'], '299 - "w"');
    const last = asked.at(-1)!;
    assert.deepEqual(last.query, { labelSelector: 'app=web', limit: '5' });
    assert.deepEqual(last.body, { a: 2 });
    assert.deepEqual(last.duplicates, ['a']);
  });

  test('YAML is read, what is malformed is refused with a Status', async () => {
    await get('/x', post('application/apply-patch+yaml'), 'a: {b: 1}');
    assert.deepEqual(asked.at(-1)!.body, { a: { b: 1 } });
    for (const [type, text, status] of [
      ['application/json', '{', 400],
      ['application/apply-patch+yaml', 'a: {', 400],
      ['application/vnd.kubernetes.protobuf', 'nonsense', 400],
      ['image/png', 'x', 415],
    ] as const) {
      const got = await get('/x', post(type), text);
      assert.equal(got.status, status, type);
      assert.equal(json(got).kind, 'Status');
    }
    assert.equal((await get('/%zz')).status, 400);
    assert.equal((await get('/x', { method: 'OPTIONS' })).status, 405);
  });

  test('a body that is too large is refused', async () => {
    const got = await get(
      '/x',
      { ...post('application/json'), method: 'PUT' },
      Buffer.alloc(4 * 1024 * 1024, 32),
    ).catch((error) => error);
    // The connection may be closed before the client has sent all, which it sees as a broken one.
    if (got instanceof Error) assert.match((got as NodeJS.ErrnoException).code ?? '', /^(EPIPE|ECONNRESET)$/);
    else assert.equal(got.status, 413);
    assert.notEqual(asked.at(-1)!.method, 'PUT', 'it has not reached the run');
  });

  test('long lists come in pieces that make up the whole, compressed for who takes it', async () => {
    const plain = await get('/long');
    assert.deepEqual(json(plain), { kind: 'List', items });
    const packed = await get('/long', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.deepEqual(gunzipSync(packed.body), plain.body);
  });

  test('only this machine by its own name: pages of other hosts are refused', async () => {
    assert.equal((await get('/x', { headers: { host: 'evil.example' } })).status, 403);
    assert.equal((await get('/x', { headers: { origin: 'https://evil.example' } })).status, 403);
    assert.equal((await get('/x', { headers: { host: `localhost:${listener.port}` } })).status, 200);
  });

  test('a stream sends at once and ends with the client, or in its time', async () => {
    const before = closed;
    const leaving = open('/pods?watch=true');
    await new Promise<void>((resolve) => {
      leaving.on('response', (response) => response.once('data', () => resolve()));
      leaving.end();
    });
    leaving.destroy();
    for (let turn = 0; turn < 100 && closed === before; turn++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(closed, before + 1, 'the watch of a client that left is closed');
    const timed = await get('/pods?watch=true&timeoutSeconds=0.05');
    assert.deepEqual(json(timed), { type: 'ADDED' });
    assert.equal(closed, streams, 'each stream is closed once');
    assert.equal((await get('/refused?watch=true')).status, 410);
  });
});
