import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resource } from '../../../../model/resource.ts';
import { type IngressRoute, ingressRoutes, matchRoutes } from './ingress.ts';
import type { IngressDocument } from './manifest.ts';

type Written = readonly [host: string | undefined, path: string, pathType: string, service: string];

function routes(rules: readonly Written[], fallback?: string): IngressRoute[] {
  const backend = (name: string) => ({ service: { name, port: { number: 80 } } });
  const value: IngressDocument = {
    spec: {
      ...(fallback === undefined ? {} : { defaultBackend: backend(fallback) }),
      rules: rules.map(([host, path, pathType, name]) => ({
        ...(host === undefined ? {} : { host }),
        http: { paths: [{ path, pathType, backend: backend(name) }] },
      })),
    },
  };
  return ingressRoutes({ value } as Resource<IngressDocument>);
}

function serviceFor(all: readonly IngressRoute[], path: string, host: string | null = null): string {
  return matchRoutes(all, host, path)
    .map((route) => route.service)
    .join('|');
}

// The table of examples in Kubernetes' documentation of path types.
const examples: readonly (readonly [string, string, string, boolean])[] = [
  ['Prefix', '/', '/anything/else', true],
  ['Exact', '/foo', '/foo', true],
  ['Exact', '/foo', '/bar', false],
  ['Exact', '/foo', '/foo/', false],
  ['Exact', '/foo/', '/foo', false],
  ['Prefix', '/foo', '/foo', true],
  ['Prefix', '/foo', '/foo/', true],
  ['Prefix', '/foo/', '/foo', true],
  ['Prefix', '/aaa/bb', '/aaa/bbb', false],
  ['Prefix', '/aaa/bbb', '/aaa/bbb', true],
  ['Prefix', '/aaa/bbb/', '/aaa/bbb', true],
  ['Prefix', '/aaa/bbb', '/aaa/bbb/', true],
  ['Prefix', '/aaa/bbb', '/aaa/bbb/ccc', true],
  ['Prefix', '/aaa/bbb', '/aaa/bbbxyz', false],
];

test('path types as Kubernetes documents them', () => {
  for (const [type, path, asked, matches] of examples) {
    assert.equal(
      serviceFor(routes([[undefined, path, type, 's']]), asked),
      matches ? 's' : '',
      `${type} ${path} ${asked}`,
    );
  }
});

test('the longest prefix wins, exact before prefix, the default backend last', () => {
  const all = routes(
    [
      [undefined, '/', 'Prefix', 'web'],
      [undefined, '/api', 'Prefix', 'api'],
      [undefined, '/api/v1', 'Prefix', 'v1'],
      [undefined, '/api', 'Exact', 'exact'],
    ],
    'fallback',
  );
  assert.equal(serviceFor(all, '/api'), 'exact');
  assert.equal(serviceFor(all, '/api/x'), 'api');
  assert.equal(serviceFor(all, '/api/v1/x'), 'v1');
  assert.equal(serviceFor(all, '/apis'), 'web');
  assert.equal(serviceFor(routes([[undefined, '/api', 'Prefix', 'api']], 'fallback'), '/'), 'fallback');
});

test('hosts: exact before wildcard before any; a wildcard stands for one label', () => {
  const all = routes([
    [undefined, '/', 'Prefix', 'any'],
    ['*.example.com', '/', 'Prefix', 'wild'],
    ['shop.example.com', '/shop', 'Prefix', 'shop'],
  ]);
  assert.equal(serviceFor(all, '/shop', 'shop.example.com'), 'shop');
  assert.equal(serviceFor(all, '/', 'www.example.com'), 'wild');
  assert.equal(serviceFor(all, '/', 'a.b.example.com'), 'any');
  assert.equal(serviceFor(all, '/', 'example.org'), 'any');
});

test('without a host, every host that would take the request is an answer', () => {
  const all = routes([
    ['a.example', '/', 'Prefix', 'a'],
    ['b.example', '/', 'Prefix', 'b'],
  ]);
  assert.equal(serviceFor(all, '/'), 'a|b');
  assert.equal(serviceFor(all, '/', 'B.EXAMPLE'), 'b');
});

test('tails of regular expressions are taken away', () => {
  assert.equal(
    serviceFor(routes([[undefined, '/api(/|$)(.*)', 'ImplementationSpecific', 'api']]), '/api/x'),
    'api',
  );
});
