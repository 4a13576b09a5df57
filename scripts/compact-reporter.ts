// A reporter for node --test where nobody watches: one line for each file, failures in full, and the closing
// lines that Node.js itself prints.

import path from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

type Failure = Extract<TestEvent, { type: 'test:fail' }>['data'];

/** A test that fails only because a test inside it failed says nothing new. */
function isEcho(failure: Failure): boolean {
  return (failure.details.error as { failureType?: string }).failureType === 'subtestsFailed';
}

function describeFailure(failure: Failure): string {
  const { error } = failure.details;
  const shown = inspect(error.cause ?? error, { colors: false, depth: 6 });
  const place = failure.file === undefined ? '' : `  ${shortPath(failure.file)}:${failure.line ?? 1}\n`;
  return `\n✗ ${failure.name}\n${place}${shown.replaceAll(/^/gm, '  ')}\n\n`;
}

export default async function* compactReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.todo === undefined && !isEcho(data)) yield describeFailure(data);
    else if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    else if (type === 'test:summary') yield data.file === undefined ? closing(data) : fileLine(data);
  }
}

type Summary = Extract<TestEvent, { type: 'test:summary' }>['data'];

function fileLine(summary: Summary): string {
  const { passed, skipped } = summary.counts;
  const file = shortPath(summary.file!);
  const seconds = (summary.duration_ms / 1000).toFixed(1).padStart(5);
  const counts = { passed, failed: failedOf(summary), skipped };
  const shown = Object.entries(counts).filter(([name, count]) => count > 0 || name === 'passed');
  const text = shown.map(([name, count]) => `${count} ${name}`).join(', ');
  return `${summary.success ? '✓' : '✗'} ${seconds} s  ${file}: ${text}\n`;
}

function shortPath(file: string): string {
  return path.relative(process.cwd(), file);
}

function failedOf({ counts }: Summary): number {
  return counts.tests - counts.passed - counts.cancelled - counts.skipped - counts.todo;
}

/** The same lines as those of Node.js's own reporters, so that whatever reads theirs reads these. */
function closing({ counts, duration_ms: durationMs }: Summary): string {
  const { tests, suites, passed, cancelled, skipped, todo } = counts;
  const failed = tests - passed - cancelled - skipped - todo;
  const rows = {
    tests,
    suites,
    pass: passed,
    fail: failed,
    cancelled,
    skipped,
    todo,
    duration_ms: durationMs,
  };
  return Object.entries(rows)
    .map(([name, value]) => `ℹ ${name} ${value}\n`)
    .join('');
}
