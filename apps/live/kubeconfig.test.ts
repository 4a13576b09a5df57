import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { KubeconfigError, kubeconfigPath, kubeconfigText, merged, mergeInto } from './kubeconfig.ts';

const existing = `# my clusters
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
  - name: prod # careful
    cluster: {server: "https://prod.example"}
contexts:
  - name: prod
    context: {cluster: prod, user: me}
users:
  - name: me
    user: {token: secret}
current-context: prod
`;

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a context of its own', () => {
  const config = parse(kubeconfigText({ name: 'live', port: 8001 }));
  assert.equal(config['current-context'], 'live');
  assert.equal(config.clusters[0].cluster.server, 'http://127.0.0.1:8001');
});

test('merging keeps everything else, comments too; a second time replaces', () => {
  const once = merged(existing, { name: 'live', port: 8001 });
  assert.match(once, /# my clusters/);
  assert.match(once, /# careful/);
  const twice = parse(merged(once, { name: 'live', port: 9000 }));
  assert.deepEqual(
    twice.clusters.map(({ name }: { name: string }) => name),
    ['prod', 'live'],
  );
  assert.equal(twice.clusters[1].cluster.server, 'http://127.0.0.1:9000');
  assert.equal(twice.users[0].user.token, 'secret');
  assert.deepEqual(twice.preferences, { colors: true });
  assert.equal(twice['current-context'], 'live');
});

test('files are replaced as a whole, through links, with their mode; what is broken stays as it is', () =>
  inFolder((folder) => {
    const real = path.join(folder, 'real');
    const link = path.join(folder, 'link');
    writeFileSync(real, existing, { mode: 0o640 });
    symlinkSync(real, link);
    mergeInto(link, { name: 'live', port: 8001 });
    assert.equal(parse(readFileSync(real, 'utf8'))['current-context'], 'live');
    assert.equal(statSync(real).mode & 0o777, 0o640);
    const broken = path.join(folder, 'broken');
    for (const text of ['a: [', '- list']) {
      writeFileSync(broken, text);
      assert.throws(() => mergeInto(broken, { name: 'live', port: 1 }), KubeconfigError);
      assert.equal(readFileSync(broken, 'utf8'), text);
    }
    const fresh = path.join(folder, 'new', 'config');
    mergeInto(fresh, { name: 'live', port: 1 });
    assert.equal(statSync(fresh).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ['broken', 'link', 'new', 'real'], 'nothing is left over');
  }));

test('where kubectl writes', () =>
  inFolder((folder) => {
    assert.equal(kubeconfigPath({ HOME: folder }), path.join(folder, '.kube', 'config'));
    const second = path.join(folder, 'second');
    const list = [path.join(folder, 'first'), second].join(path.delimiter);
    assert.equal(kubeconfigPath({ KUBECONFIG: list }), second, 'the last when none is there');
    writeFileSync(path.join(folder, 'first'), '');
    assert.equal(kubeconfigPath({ KUBECONFIG: list }), path.join(folder, 'first'));
  }));
