import assert from 'node:assert/strict';
import { test } from 'node:test';
import pc from 'picocolors';
import { openProgress, type ProgressState, progressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';

const state: ProgressState = {
  label: 'launch-day',
  simulatedSeconds: 21_600,
  totalSeconds: 86_400,
  requests: 500_000,
};
const pace = { simulatedSeconds: 10_800, requests: 250_000 };

function terminal(written: string[], isTerminal = true): Terminal {
  return {
    isTerminal,
    colors: pc.createColors(false),
    unicode: true,
    columns: () => 100,
    write: (text) => void written.push(text),
    print: (text) => void written.push(text),
  };
}

test('progress: says how far, how fast and how long still', () => {
  const line = progressLine(state, pace, 110);
  assert.match(line, /^launch-day [█░]+ +25 % 6 h of 1 d +ETA 6 s +10\.8k× real time +250k requests\/s$/);
});

test('progress: no line is wider than the terminal, and what matters most stays longest', () => {
  for (let width = 10; width < 200; width++) {
    const line = progressLine({ ...state, label: 'a-rather-long-name-of-a-scenario' }, pace, width);
    assert.ok([...line].length <= width, `${width}: ${line}`);
    if (width > 45) assert.match(line, /25 %/);
  }
});

test('progress: its width does not jump while figures change', () => {
  const lines = [1, 700, 43_200, 86_399].map((simulatedSeconds) =>
    progressLine({ ...state, simulatedSeconds }, pace, 100),
  );
  const bars = lines.map((line) => line.search(/ +\d+ %/));
  assert.equal(new Set(lines.map((line) => line.indexOf('%'))).size, 1, bars.join());
});

test('progress: draws at most ten times a second, and leaves no trace', () => {
  const written: string[] = [];
  let now = 0;
  const progress = openProgress(terminal(written), { wanted: true, term: 'xterm', now: () => now });
  for (; now < 1000; now += 10) progress.update({ ...state, simulatedSeconds: now });
  assert.equal(written.length, 10);
  progress.clear();
  assert.equal(written.at(-1), '\r\u001b[2K');
  progress.clear();
  assert.equal(written.length, 11);
});

test('progress: silent where nobody watches', () => {
  const written: string[] = [];
  const watched = { wanted: true, term: 'xterm' };
  openProgress(terminal(written, false), watched).update(state);
  openProgress(terminal(written), { ...watched, wanted: false }).update(state);
  openProgress(terminal(written), { ...watched, term: 'dumb' }).update(state);
  assert.deepEqual(written, []);
});
