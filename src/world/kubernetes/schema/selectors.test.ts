import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects/meta.ts';
import { configMaps, deployments, jobs, nodes, pods } from '../objects/resource-types.ts';
import { matchesFields, matchesLabels, nameOf, parseFieldSelector, parseLabelSelector } from './selectors.ts';

const labels = { app: 'web', tier: 'front', size: '5', empty: '' };

const matches: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['app', true],
  ['app=web', true],
  ['app==web', true],
  ['app = web', true],
  ['app=db', false],
  ['app!=db', true],
  ['other!=x', true],
  ['other', false],
  ['!other', true],
  ['! app', false],
  ['app in (web, db)', true],
  ['app in (db)', false],
  ['app notin (db)', true],
  ['other notin (db)', true],
  ['app=web,tier=front', true],
  ['app=web,tier=back', false],
  ['size>4', true],
  ['size>5', false],
  ['size<6', true],
  ['app>1', false],
  ['empty=', true],
  ['empty', true],
  ['app=', false],
  ['app in ()', false],
  ['empty in (a,)', true],
  ['empty in (,a)', true],
  ['empty in (a,,b)', true],
  ['app in (a,,web)', true],
  ['app,tier in (front),!x', true],
];

for (const [text, wanted] of matches)
  test(`label selector ${JSON.stringify(text)}`, () => {
    const outcome = parseLabelSelector(text);
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.failure.message);
    assert.equal(matchesLabels(outcome.value, labels), wanted);
  });

const errors: readonly (readonly [string, RegExp])[] = [
  ['app=web,', /^found '', expected: identifier after ','$/],
  ['app=web tier', /^found 'tier', expected: ',' or 'end of string'$/],
  ['=web', /^found '=', expected: !, identifier, or 'end of string'$/],
  ['app in web', /^unable to parse requirement: found 'web' expected: '\('$/],
  ['app in (web', /found '', expected: ',' or '\)'$/],
  ['app in (web db)', /found 'db', expected: ',' or '\)'$/],
  ['app in (=)', /found '=', expected: ',', '\)' or identifier$/],
  ['app in (a,=)', /found '=', expected: ',', or identifier$/],
  ['app in (,,,', /found '', expected: ',', or identifier$/],
  ['app like web', /^unable to parse requirement: found 'like', expected: in, notin, =, ==, !=, >, <$/],
  ['-x=web', /^unable to parse requirement: <nil>: Invalid value: "-x": name part must consist/],
  ['app=-x', /^unable to parse requirement: values\[0\]\[app\]: Invalid value: "-x": a valid label must/],
  ['app>x', /for 'Gt', 'Lt' operators, the value must be an integer/],
];

for (const [text, message] of errors)
  test(`label selector ${JSON.stringify(text)} is refused`, () => {
    const outcome = parseLabelSelector(text);
    assert.ok(!outcome.ok && outcome.failure.code === 400);
    assert.match(outcome.failure.message, message);
  });

test('fields of pods and nodes', () => {
  const pod = {
    metadata: { name: 'a', namespace: 'x' },
    spec: { nodeName: 'n1' },
    status: { phase: 'Running' },
  } as unknown as KubeObject;
  const selected = (text: string) => {
    const outcome = parseFieldSelector(text, pods);
    assert.ok(outcome.ok, text);
    return matchesFields(outcome.value, pod);
  };
  assert.equal(selected('spec.nodeName=n1,status.phase!=Failed,status.phase!=Succeeded'), true);
  assert.equal(selected('spec.nodeName!=n1'), false);
  assert.equal(selected('spec.hostNetwork=false'), true);
  assert.equal(selected('status.podIP='), true);
  assert.equal(selected('metadata.namespace==x'), true);
  assert.equal(selected(',metadata.namespace=x,'), true);
  assert.equal(selected('metadata.name!=a\\,b\\=c\\\\'), true);
  const unschedulable = parseFieldSelector('spec.unschedulable=true', nodes);
  assert.ok(unschedulable.ok && !matchesFields(unschedulable.value, pod));
  const named = parseFieldSelector('metadata.name=a', pods);
  assert.ok(named.ok && nameOf(named.value) === 'a');
  const done = parseFieldSelector('status.successful=2', jobs);
  assert.ok(done.ok && matchesFields(done.value, { ...pod, status: { succeeded: 2 } }));
});

test('fields that a resource does not know, in the words of each', () => {
  const messageOf = (...args: Parameters<typeof parseFieldSelector>) => {
    const outcome = parseFieldSelector(...args);
    assert.ok(!outcome.ok && outcome.failure.code === 400);
    return outcome.failure.message;
  };
  assert.equal(messageOf('foo=bar', pods), 'field label not supported: foo');
  assert.equal(
    messageOf('spec.replicas=1', deployments),
    '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
  assert.equal(messageOf('a=b', jobs), 'field label "a" not supported for Job');
  assert.equal(messageOf('spec.x=1', configMaps, ['spec.y']), 'field label not supported: spec.x');
  assert.equal(
    messageOf('metadata.name', pods),
    `invalid selector: 'metadata.name'; can't understand 'metadata.name'`,
  );
  assert.equal(
    messageOf('metadata.name=a=b', pods),
    'invalid field selector: unescaped character in value: 61',
  );
  for (const wrong of ['\\', '\\\\\\', '\\a'])
    assert.match(
      messageOf(`metadata.name=${wrong}`, pods),
      /^invalid field selector: invalid escape sequence: \\a?$/,
    );
});
