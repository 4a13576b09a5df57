/**
 * Fidelity: a trace is replayed as it was recorded; how it is read, `trace.ts` says.
 */
import { formatDuration } from '../../../../base/time.ts';
import type { CompileContext } from '../../../../model/kind.ts';
import type { WrittenTrace } from '../../../../model/kinds/traffic.ts';
import { readDuration } from '../../../../model/notation.ts';
import { isInDoubt, type Resource } from '../../../../model/resource.ts';
import type { Load } from '../../model.ts';
import { where } from '../report.ts';
import { readTrace, type TraceProblem, type TraceQuestion } from './trace.ts';

/** What a Traffic asks of its trace. */
export function traceQuestion(written: WrittenTrace): TraceQuestion {
  const micros = (text: string | undefined): number | null =>
    text === undefined ? null : readDuration(text);
  return {
    format: written.format,
    intervalMicros: micros(written.interval),
    timeColumn: written.columns?.time ?? null,
    countColumn: written.columns?.count ?? null,
    attributes: written.attributes ?? [],
    fromMicros: micros(written.from) ?? 0,
    toMicros: micros(written.to),
    offsetMicros: micros(written.offset) ?? 0,
  };
}

/** The load that replays the trace; null, with errors in the file or about it, when there is none. */
export function compileTrace(traffic: Resource, written: WrittenTrace, context: CompileContext): Load | null {
  const settled = checkSettings(traffic, written, context);
  const text = context.files(written.file);
  if (text === null) {
    context.diagnostics.error(
      'trace-missing',
      `${traffic.id} replays ${written.file}, which cannot be found.`,
      where(traffic, ['spec', 'trace', 'file'], 'Put the file beside the manifest that names it.'),
    );
    return null;
  }
  // What is asked of the file decides how it is read.
  if (!settled || isInDoubt(traffic, ['spec', 'trace'])) return null;
  const { trace, problems } = readTrace(text, traceQuestion(written));
  for (const problem of problems) report(traffic, written.file, problem, context);
  if (trace === null) return null;
  const scale = written.scale ?? 1;
  if (trace.load.kind === 'counts' && written.interval === undefined) {
    context.infer({
      resource: traffic.id,
      path: 'trace.interval',
      value: formatDuration(trace.load.intervalMicros),
      source: `distance of the first two times in ${written.file}`,
    });
  }
  if (trace.requests === 0) {
    context.diagnostics.warning(
      'trace-without-requests',
      `${written.file} has no requests in the part that is replayed.`,
      where(traffic, ['spec', 'trace'], 'Widen from and to, or name the column of counts.'),
    );
  }
  return { ...trace.load, scale };
}

/** Judges what is asked of the trace; false when nothing can be read so. */
function checkSettings(traffic: Resource, written: WrittenTrace, context: CompileContext): boolean {
  const question = traceQuestion(written);
  const path = ['spec', 'trace'];
  const { toMicros, fromMicros } = question;
  const error = (code: string, field: string, message: string, remedy: string): void =>
    context.diagnostics.error(code, message, where(traffic, [...path, field], remedy));
  const ends = toMicros !== null && toMicros <= fromMicros;
  if (ends && !isInDoubt(traffic, [...path, 'from']))
    error(
      'trace-window',
      'to',
      'The window of the trace ends before it begins.',
      'Give to the larger value.',
    );
  if (question.intervalMicros === 0)
    error(
      'zero-duration',
      'interval',
      'An interval of counts has some length.',
      'State a duration above zero.',
    );
  const counts = written.format === 'counts' && !isInDoubt(traffic, [...path, 'format']);
  if (counts && question.attributes.length > 0)
    error(
      'trace-attributes',
      'attributes',
      'Attributes belong to single requests; a trace of counts has none.',
      'Use format: timestamps, or leave attributes out.',
    );
  return !ends && question.intervalMicros !== 0;
}

function report(traffic: Resource, file: string, problem: TraceProblem, context: CompileContext): void {
  const { severity, code, message, remedy, line, column } = problem;
  const position = line === 0 ? traffic.at(['spec', 'trace', 'file']) : { file, line, column };
  const place = { resource: traffic.id, path: 'spec.trace', position, remedy };
  const text = line === 0 ? `${file}: ${message}` : message;
  if (severity === 'error') context.diagnostics.error(code, text, place);
  else context.diagnostics.warning(code, text, place);
}
