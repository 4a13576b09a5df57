import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiListener, listen } from '../../apps/live/api-listener.ts';
import { map, maps } from '../../src/world/kubernetes/api/server.cases.ts';
import { type LiveCluster, liveCluster } from './live-cluster.ts';

interface Listed {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Named[];
}

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

interface Told {
  readonly type: string;
  readonly object: Named & { readonly code?: number };
}

/** What the informer of the official JavaScript client does: list, watch from the list's revision, list again after 410. */
class Informer {
  readonly known = new Map<string, string>();
  readonly told: string[] = [];
  lists = 0;
  readonly #url: string;
  readonly #leaving = new AbortController();

  constructor(url: string) {
    this.#url = url;
  }

  async run(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      const { metadata, items } = (await (await fetch(this.#url)).json()) as Listed;
      this.lists++;
      this.known.clear();
      for (const { metadata: one } of items) this.known.set(one.name, one.resourceVersion);
      await this.#watch(metadata.resourceVersion).catch((error: Error) => {
        if (error.name !== 'AbortError') throw error;
      });
    }
  }

  stop(): void {
    this.#leaving.abort();
  }

  async #watch(resourceVersion: string): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}&timeoutSeconds=300`;
    const response = await fetch(`${this.#url}?${query}`, { signal: this.#leaving.signal });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) this.#hear(JSON.parse(line) as Told);
    }
  }

  #hear({ type, object }: Told): void {
    this.told.push(type);
    if (type === 'ADDED' || type === 'MODIFIED')
      this.known.set(object.metadata.name, object.metadata.resourceVersion);
    else if (type === 'DELETED') this.known.delete(object.metadata.name);
  }
}

describe('an informer of the JavaScript client', () => {
  let live: LiveCluster;
  let listener: ApiListener;

  before(async () => {
    live = liveCluster();
    listener = await listen(live.session, 0);
  });
  after(() => listener.close());

  const url = (path: string) => `http://127.0.0.1:${listener.port}${path}`;
  const until = async (holds: () => boolean) => {
    for (let turn = 0; turn < 300 && !holds(); turn++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(holds());
  };
  const write = (method: string, path: string, body?: unknown) =>
    fetch(url(path), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('knows what is there, follows what comes, and keeps in step', async () => {
    await write('POST', maps, map('first'));
    const informer = new Informer(url(maps));
    const running = informer.run();
    await until(() => informer.known.has('first'));
    await until(() => informer.lists === 1);
    // The watch has begun once the next change is heard.
    await write('POST', maps, map('second'));
    await until(() => informer.known.has('second'));
    await write('DELETE', `${maps}/first`);
    await until(() => !informer.known.has('first'));
    assert.deepEqual(informer.told, ['ADDED', 'DELETED']);
    const listed = (await (await fetch(url(maps))).json()) as Listed;
    const present = listed.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion] as const);
    assert.deepEqual([...informer.known].sort(), present);
    informer.stop();
    await running;
  });

  test('a revision that is forgotten is told within the stream', async () => {
    const response = await fetch(url(`${maps}?watch=true&resourceVersion=1`));
    assert.equal(response.status, 200);
    const told = JSON.parse(await response.text()) as Told;
    assert.equal(told.type, 'ERROR');
    assert.equal(told.object.code, 410);
  });

  test('changes are kept with their times, and reads, dry runs and reviews are not', async () => {
    const before = live.commands.length;
    await write('POST', `${maps}?dryRun=All`, map('third'));
    await fetch(url(maps));
    await write('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} });
    assert.equal(live.commands.length, before);
    await write('POST', maps, map('third'));
    assert.equal(live.commands.length, before + 1);
    assert.equal(live.commands.at(-1)!.atMicros, live.session.nowMicros);
  });
});
