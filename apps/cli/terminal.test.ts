import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode, gravest } from './exit-code.ts';
import { knowsColor, knowsUnicode, openTerminal } from './terminal.ts';

test('terminal: NO_COLOR wins over FORCE_COLOR, which wins over what the stream is', () => {
  assert.equal(knowsColor({}, true), true);
  assert.equal(knowsColor({}, false), false);
  assert.equal(knowsColor({ TERM: 'dumb' }, true), false);
  assert.equal(knowsColor({ FORCE_COLOR: '1' }, false), true);
  assert.equal(knowsColor({ FORCE_COLOR: '0' }, true), false);
  assert.equal(knowsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
  assert.equal(knowsColor({ NO_COLOR: '' }, true), true, 'an empty NO_COLOR is none');
});

test('terminal: Unicode unless the locale says otherwise', () => {
  assert.equal(knowsUnicode({}), true);
  assert.equal(knowsUnicode({ LANG: 'C' }), false);
  assert.equal(knowsUnicode({ LANG: 'de_DE.UTF-8' }), true);
  assert.equal(knowsUnicode({ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }), false);
  assert.equal(knowsUnicode({ LANG: 'C.utf8' }), true);
  assert.equal(knowsUnicode({ TERM: 'linux', LANG: 'C.UTF-8' }), false);
});

test('terminal: data is written as it is, text for people as the terminal can show it', () => {
  let written = '';
  const write = (text: string) => {
    written += text;
    return true;
  };
  const terminal = openTerminal({ write }, { LANG: 'C', COLUMNS: '20' }, { noColor: false });
  terminal.write('µ');
  terminal.print('✓ µ');
  assert.equal(written, 'µ+ u\n');
  assert.equal(terminal.columns(), 40, 'nothing is laid out for less');
});

test('exit codes: the gravest of several wins', () => {
  assert.equal(gravest([]), exitCode.pass);
  assert.equal(gravest([0, 99, 0]), 99);
  assert.equal(gravest([99, 3]), 3);
  assert.equal(gravest([99, 1, 3]), 1);
  assert.equal(gravest([1, 130]), 130);
});
