import { openSession, type Session } from '../../../src/run/session.ts';
import { type ApiListener, listen } from '../../live/api-listener.ts';
import { commandLogText } from '../../live/command-log.ts';
import { Pacer } from '../../live/pacer.ts';
import type { Context } from '../context.ts';
import { checkWritable, writeFile } from '../deliver.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { callFor, quoted, readManifestSets } from '../input/manifest-set.ts';
import { type Prepared, prepare } from '../input/prepare.ts';
import { catchInterrupt } from '../interrupt.ts';
import { listenToKeys } from '../play/keys.ts';
import { clockText, StatusLine } from '../play/status-line.ts';
import { printProblems } from '../problems.ts';

export interface PlayOptions {
  readonly file: string[];
  readonly variant?: string;
  readonly set: string[];
  readonly seed?: number;
  readonly duration?: string;
  readonly strict: boolean;
  readonly speed: number;
  readonly apiPort: number;
  readonly startsAt?: string;
  readonly pause: boolean;
  readonly log: string;
  readonly quiet: boolean;
}

/** `devops-sim play`: a run that goes on while it is watched and operated. */
export async function play(args: string[], asked: PlayOptions, context: Context): Promise<ExitCode> {
  const chosen = withStart(asked);
  const prepared = prepareOne(args, chosen, context);
  if (prepared === null) return exitCode.usage;
  checkWritable(chosen.log, context.workingFolder);
  const { seed } = chosen;
  const session = openSession(prepared.model!, { logs: true, ...(seed === undefined ? {} : { seed }) });
  const { api } = session;
  if (api === null)
    throw new UsageError(
      `${prepared.set.label} runs on no cluster, so that there is nothing to operate.`,
      'Add a Topology with node pools: devops-sim explain Topology',
    );
  const listener = await openListener(api, chosen.apiPort);
  try {
    await conduct({ session, api, listener, prepared, chosen, context });
  } finally {
    await listener.close();
  }
  keepLog(session, prepared, chosen, context);
  return exitCode.pass;
}

/** The time of the beginning is a value of the scenario like any other: so the log keeps it, and a replay has it. */
function withStart(chosen: PlayOptions): PlayOptions {
  const { startsAt, set } = chosen;
  if (startsAt === undefined) return chosen;
  const time = startsAt === 'now' ? new Date().toISOString().replace(/\.\d+Z$/, 'Z') : startsAt;
  return { ...chosen, set: [...set, `scenario.spec.startsAt=${time}`] };
}

function prepareOne(args: string[], chosen: PlayOptions, context: Context): Prepared | null {
  const sets = readManifestSets(
    { scenarios: args, files: chosen.file, variant: chosen.variant },
    context.workingFolder,
  );
  if (sets.length !== 1) throw new UsageError('One scenario is played at a time.');
  const prepared = prepare(sets[0]!, chosen);
  return printProblems([prepared], { context, quiet: chosen.quiet }) ? prepared : null;
}

type Api = NonNullable<Session['api']>;

async function openListener(api: Api, port: number): Promise<ApiListener> {
  try {
    return await listen(api, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EADDRINUSE' ? 'is in use' : `can't be used: ${message}`;
    throw new UsageError(`Port ${port} ${why}.`, 'Choose another with --api-port; 0 takes any that is free.');
  }
}

interface Performance {
  readonly session: Session;
  readonly api: Api;
  readonly listener: ApiListener;
  readonly prepared: Prepared;
  readonly chosen: PlayOptions;
  readonly context: Context;
}

async function conduct({ session, api, listener, prepared, chosen, context }: Performance): Promise<void> {
  const { err, environment } = context;
  const line = new StatusLine(err, environment['TERM'], chosen.quiet);
  const run = {
    get nowMicros() {
      return session.nowMicros;
    },
    get finished() {
      return session.finished;
    },
    endMicros: session.endMicros,
    advance: (toMicros: number) => session.advance(toMicros),
    settle: () => api.settle(),
  };
  const pacer = new Pacer(run, {
    speed: chosen.speed,
    paused: chosen.pause,
    progressed: () => line.show(session, pacer, api.commands.length),
  });
  const interrupt = catchInterrupt(() => line.clear());
  interrupt.onRequest(() => pacer.stop());
  // Only now: who reads it may press Ctrl-C at once.
  if (!chosen.quiet) for (const text of welcome(listener.port, prepared)) err.print(text);
  for (const { object, message } of session.view?.refusals ?? [])
    err.print(`warning: ${object} is not there: the API server refused it: ${message}`);
  const keys = listenToKeys(pacer, () => process.kill(process.pid, 'SIGINT'));
  try {
    await pacer.run();
  } finally {
    keys.release();
    line.clear();
    interrupt.release();
  }
}

function welcome(port: number, { set }: Prepared): string[] {
  return [
    `${set.label} is live. Its Kubernetes API: http://127.0.0.1:${port}`,
    `  kubectl --server http://127.0.0.1:${port} get pods -A`,
    `  devops-sim kubeconfig --port ${port} --merge    (and then kubectl as usual)`,
    'Keys: space pauses, s steps a second, + and - change the speed, q ends.',
  ];
}

/** Writes what was changed, so that the run can be made again. */
function keepLog(session: Session, prepared: Prepared, chosen: PlayOptions, context: Context): void {
  const { manifest, endedAtMicros, traceHash } = session.finish();
  const { log, set, duration = null, quiet } = chosen;
  const commands = session.api?.commands ?? [];
  const kept = { ...manifest, set, duration, endedAtMicros, traceHash };
  writeFile(log, commandLogText({ manifest: kept, commands }), context.workingFolder);
  if (quiet) return;
  const { err } = context;
  const count = commands.length === 1 ? '1 change' : `${commands.length} changes`;
  err.print(`Ended at ${clockText(endedAtMicros)}; ${count} kept in ${log}; trace hash ${traceHash}.`);
  err.print(`The same run again: devops-sim run ${callFor(prepared.set)} --replay ${quoted(log)}`);
}
