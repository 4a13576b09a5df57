import { analyse } from '../../src/analysis/analyse.ts';
import type { Model } from '../../src/model/model.ts';
import type { Result } from '../../src/model/result.ts';
import { renderHtml } from '../report/report.ts';
import { pathFor, reportNote, writeFile } from './deliver.ts';
import { emptiness } from './effect.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { callFor, quoted } from './input/manifest-set.ts';
import type { Prepared } from './input/prepare.ts';
import type { Replay } from './input/replay.ts';
import { reportBrokenLaws } from './laws.ts';
import { seriesCsv } from './render/csv.ts';
import { toJson } from './render/json.ts';
import { summary, verdictLine } from './render/summary.ts';
import type { Outcome, RunOptions, RunTools } from './run-tools.ts';
import { driveSession } from './session-drive.ts';
import type { Terminal } from './terminal.ts';
import { openWatched } from './watched-session.ts';

/** Simulates one scenario with one seed, writes its files and prints it. */
export async function runOnce(prepared: Prepared, tools: RunTools): Promise<Outcome> {
  const model = prepared.model!;
  const result = await simulateWatched(model, prepared.set.label, tools);
  const notes = writeResult(result, prepared.set.label, tools);
  printResult(result, prepared, tools);
  if (!tools.chosen.quiet) for (const note of notes) tools.context.err.print(note);
  return { code: complain(model, result, tools), data: result, figures: [result] };
}

async function simulateWatched(model: Model, label: string, tools: RunTools): Promise<Result> {
  const { chosen, context, progress, interrupt, replay } = tools;
  const seed = replay?.seed ?? chosen.seed;
  const session = openWatched(model, seed, replay);
  context.trace(`simulating ${label} with seed ${seed ?? model.seed}`);
  await driveSession(session, {
    progressed: () =>
      progress.update({
        label,
        simulatedSeconds: session.nowMicros / 1e6,
        totalSeconds: session.endMicros / 1e6,
        requests: session.requestCount,
      }),
    stopRequested: () => interrupt.requested,
    ...(replay === null ? {} : { untilMicros: replay.endedAtMicros }),
  });
  const result = analyse(model, session.finish());
  progress.clear();
  return result;
}

/** Writes `--report` and `--save`; returns what to say about them. */
function writeResult(result: Result, label: string, { chosen, context, several }: RunTools): string[] {
  const write = (
    path: string | undefined,
    note: (path: string) => string,
    text: (path: string) => string,
  ) => {
    if (path === undefined) return [];
    const full = pathFor(path, label, several);
    writeFile(full, text(full), context.workingFolder);
    return [note(full)];
  };
  return [
    ...write(chosen.report, reportNote, () => renderHtml(result)),
    ...write(
      chosen.save,
      (path) => `Result: ${path}`,
      (path) => (path.endsWith('.csv') ? seriesCsv(result) : `${toJson(result)}\n`),
    ),
  ];
}

function printResult(result: Result, prepared: Prepared, { chosen, context }: RunTools): void {
  const { out } = context;
  switch (chosen.output) {
    case 'html':
      out.write(renderHtml(result));
      return;
    case 'table':
    case 'wide': {
      const wide = chosen.output === 'wide';
      const next = nextCommands(result, prepared, chosen);
      const style = { colors: out.colors, width: wideWidth(out, wide), wide, next };
      out.print(chosen.quiet ? verdictLine(result, out.colors) : summary(result, style));
    }
  }
}

/** What the exit code is, and on standard error why it is none of pass and fail. */
function complain(model: Model, result: Result, { context, replay, interrupt }: RunTools): ExitCode {
  const { err } = context;
  if (reportBrokenLaws([result], err)) return exitCode.internal;
  const empty = emptiness(model, result);
  for (const reason of empty) err.print(`error: ${reason}`);
  if (empty.length > 0) return exitCode.invalidScenario;
  if (replay !== null && !interrupt.requested) {
    if (!isSameRun(result, replay, err)) return exitCode.internal;
  } else if (result.status === 'partial') return exitCode.interrupted;
  return result.verdict === 'fail' ? exitCode.objectiveFailed : exitCode.pass;
}

/** Whether a replay has become what the live run was. */
function isSameRun({ manifest }: Result, { traceHash }: Replay, err: Terminal): boolean {
  if (manifest.traceHash === traceHash) return true;
  err.print(`error: this is not the live run again: its trace hash was ${traceHash}.`);
  err.print('Was the log kept by another build of devops-sim, or changed since?');
  return false;
}

function nextCommands(result: Result, prepared: Prepared, chosen: RunOptions): string[] {
  const { set, variants } = prepared;
  const same = changesOf(chosen);
  const call = [callFor(set), ...same].join(' ');
  const commands: string[] = [];
  if (set.scenario !== null && variants.length > 0 && set.paths.length === 0) {
    const other = set.variant === null ? `${set.scenario}:${variants[0]}` : set.scenario;
    commands.push(['devops-sim compare', callFor(set), other, ...same].join(' '));
  }
  if (chosen.report === undefined) commands.push(`devops-sim run ${call} --report report.html`);
  if (result.objectives.length + result.thresholds.length === 0) {
    commands.push('devops-sim explain Scenario.spec.objectives    (what it may be asked)');
  }
  if (result.inferences.length > 0) {
    commands.push(`devops-sim explain ${call}    (${result.inferences.length} values were inferred)`);
  }
  return commands;
}

// What makes another command speak of the same run.
function changesOf({ set, duration, seed }: RunOptions): string[] {
  return [
    ...set.flatMap((assignment) => ['--set', quoted(assignment)]),
    ...(duration === undefined ? [] : ['--duration', quoted(duration)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
  ];
}

// Nobody's window limits a file.
const wideWidth = (out: Terminal, wide: boolean) => (wide && !out.isTerminal ? 140 : out.columns());
