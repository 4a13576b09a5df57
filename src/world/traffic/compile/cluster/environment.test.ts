import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resource, ResourceSet } from '../../../../model/resource.ts';
import { expand, readEnvironment, settingReader } from './environment.ts';
import type { Container, PodSpec } from './manifest.ts';
import { decodeBase64 } from './secret.ts';

function resource(kind: string, name: string, value: object): Resource {
  return {
    apiVersion: 'v1',
    kind,
    namespace: 'shop',
    name,
    id: `${kind} shop/${name}`,
    value,
  } as unknown as Resource;
}

const resources = new ResourceSet([
  resource('ConfigMap', 'settings', { data: { API_URL: 'http://api:80', MODE: 'fast' } }),
  resource('ConfigMap', 'files', { data: { 'app.conf': 'max_connections = 50' } }),
  resource('Secret', 'database', {
    data: { URL: Buffer.from('postgres://u:pässword@db/x').toString('base64') },
    stringData: { HOST: 'db' },
  }),
]);

function environment(container: Partial<Container>, pod: Partial<PodSpec> = {}) {
  return readEnvironment(resources, 'shop', pod, { name: 'c', ...container });
}

test('variables come from where Kubernetes takes them, later ones over earlier ones', () => {
  const { variables } = environment({
    envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'database' } }],
    env: [
      { name: 'MODE', value: 'slow' },
      { name: 'COPY', valueFrom: { configMapKeyRef: { name: 'settings', key: 'API_URL' } } },
      { name: 'FULL', value: '$(COPY)/v1 $(MISSING) $$(MODE)' },
      { name: 'POD', valueFrom: {} },
    ],
  });
  assert.deepEqual(Object.fromEntries(variables), {
    API_URL: 'http://api:80',
    MODE: 'slow',
    DB_URL: 'postgres://u:pässword@db/x',
    DB_HOST: 'db',
    COPY: 'http://api:80',
    FULL: 'http://api:80/v1 $(MISSING) $(MODE)',
    POD: null,
  });
});

test('what a Secret says is never shown, and what is missing is known to be missing', () => {
  const { clues, hidden } = environment({
    env: [
      { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'database', key: 'URL' } } },
      { name: 'OTHER_URL', valueFrom: { secretKeyRef: { name: 'vault', key: 'URL' } } },
      { name: 'PLAIN_URL', value: 'redis://:password@redis:6379' },
    ],
  });
  assert.deepEqual(hidden, ['OTHER_URL']);
  assert.deepEqual(
    clues.map((clue) => clue.shown),
    ['DATABASE_URL from a Secret', 'PLAIN_URL=redis://…@redis:6379'],
  );
});

test('only files that are mounted count', () => {
  const pod: PodSpec = {
    volumes: [
      { name: 'a', configMap: { name: 'files' } },
      { name: 'b', configMap: { name: 'settings' } },
    ],
  };
  const { clues } = environment({ volumeMounts: [{ name: 'a' }] }, pod);
  assert.deepEqual(
    clues.map((clue) => clue.shown),
    ['app.conf of ConfigMap files'],
  );
});

test('settings are found in variables, flags and files', () => {
  const pod: PodSpec = { volumes: [{ name: 'a', configMap: { name: 'files' } }] };
  const number = settingReader(
    environment(
      {
        env: [
          { name: 'WEB_CONCURRENCY', value: ' 3 ' },
          { name: 'BAD', value: 'many' },
          { name: 'GUNICORN_CMD_ARGS', value: '--workers=7' },
        ],
        args: ['--threads', '5', '-w', '2', '-c', 'max_connections=200'],
        volumeMounts: [{ name: 'a' }],
      },
      pod,
    ),
  );
  assert.equal(number('WEB_CONCURRENCY'), 3);
  assert.equal(number('BAD', '--threads'), 5);
  assert.equal(number('-w'), 2);
  assert.equal(number('--workers'), 7);
  assert.equal(number('max_connections'), 200);
  assert.equal(number('connections'), null);
  assert.equal(number('NONE'), null);
});

test('base64 is decoded as UTF-8, and what is neither is nothing', () => {
  assert.equal(decodeBase64(Buffer.from('päss\n☃').toString('base64')), 'päss\n☃');
  assert.equal(decodeBase64('aGk'), 'hi');
  assert.equal(decodeBase64(''), '');
  for (const wrong of ['a', 'not base64!', Buffer.from([0xff, 0xfe]).toString('base64')]) {
    assert.equal(decodeBase64(wrong), null, wrong);
  }
});

test('a dollar doubled is a dollar', () => {
  assert.equal(expand('$$HOME $(A)', new Map([['A', 'b']])), '$HOME b');
});
