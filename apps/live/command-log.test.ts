import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/model/model.ts';
import { CommandLogError, commandLogText, readCommandLog } from './command-log.ts';

const manifest = {
  simulator: '0.1.0',
  modelHash: 'abc',
  scenario: 'shop',
  seed: 7,
  set: ['deployment/web.spec.replicas=3'],
  duration: '5m',
  endedAtMicros: 60e6,
  traceHash: 'def',
};
const request = {
  method: 'DELETE',
  path: '/api/v1/namespaces/default/pods/a',
  query: {},
  accept: '',
  contentType: '',
  userAgent: 'kubectl',
  body: null,
} as const;
const commands: Command[] = [
  { atMicros: 5, kind: 'request', request },
  { atMicros: 9, kind: 'request', request },
];

test('what is written is read again', () => {
  const read = readCommandLog(commandLogText({ manifest, commands }));
  assert.deepEqual(read.commands, commands);
  assert.deepEqual(read.manifest, { kind: 'CommandLog', version: 1, ...manifest });
});

test('what is no log is refused by its line', () => {
  const first = commandLogText({ manifest, commands: [] });
  const wrong = (text: string, message: RegExp) =>
    assert.throws(
      () => readCommandLog(text),
      (error) => error instanceof CommandLogError && message.test(error.message),
    );
  wrong('', /line 1/);
  wrong('{"kind":"Result"}', /line 1/);
  wrong(first.replace('60000000', '-1'), /line 1 does not say which run/);
  wrong(first.replace('"5m"', '5'), /line 1 does not say which run/);
  wrong(first.replace('"version":1', '"version":2'), /no version 2/);
  wrong(`${first}\n{`, /line 3 is not a JSON object/);
  wrong(`${first}{"atMicros":-1}`, /line 2: atMicros/);
  wrong(`${first}{"atMicros":1,"kind":"request","request":{"path":1}}`, /line 2 is not a request/);
});
