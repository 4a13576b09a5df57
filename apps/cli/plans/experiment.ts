import { analyse } from '../../../src/analysis/analyse.ts';
import type { Command, Model } from '../../../src/model/model.ts';
import type { Result } from '../../../src/model/result.ts';
import { openSession, type Session } from '../../../src/run/session.ts';
import type { Context } from '../context.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { reportBrokenLaws } from '../laws.ts';
import { openProgress, type Progress } from '../progress.ts';
import { driveSession } from '../session-drive.ts';
import type { PlanOptions } from './prepare-plan.ts';

/** Ctrl-C was pressed before there was an answer. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** Runs simulations one after another with one progress line. */
export class Laboratory {
  readonly #context: Context;
  readonly #progress: Progress;
  readonly #interrupt: Interrupt;
  readonly #seed: number | undefined;

  constructor(context: Context, chosen: Pick<PlanOptions, 'progress' | 'quiet' | 'seed'>) {
    this.#context = context;
    const wanted = chosen.progress && !chosen.quiet;
    this.#progress = openProgress(context.err, { wanted, term: context.environment['TERM'] });
    this.#interrupt = catchInterrupt(() => this.#progress.clear());
    this.#seed = chosen.seed;
  }

  open(model: Model, commands: readonly Command[] = []): Session {
    return openSession(model, { commands, ...(this.#seed === undefined ? {} : { seed: this.#seed }) });
  }

  /** Advances to an instant. Throws Interrupted. */
  async drive(session: Session, label: string, toMicros = session.endMicros): Promise<void> {
    const until: Session = Object.create(session, {
      finished: { get: () => session.finished || session.nowMicros >= toMicros },
      endMicros: { value: toMicros },
      nowMicros: { get: () => session.nowMicros },
      advance: { value: (micros: number) => session.advance(micros) },
    });
    await driveSession(until, {
      progressed: () => this.progressed(label, session.nowMicros, session.endMicros, session.requestCount),
      stopRequested: () => this.#interrupt.requested,
    });
    this.check();
  }

  progressed(label: string, done: number, total: number, requests = 0): void {
    this.#progress.update({ label, simulatedSeconds: done / 1e6, totalSeconds: total / 1e6, requests });
  }

  /** Gives way to signals. Throws Interrupted when one came. */
  async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.check();
  }

  private check(): void {
    if (this.#interrupt.requested) throw new Interrupted();
  }

  /** The result of a session; a law that it broke is reported. */
  result(model: Model, session: Session): Result {
    const result = analyse(model, session.finish());
    if (reportBrokenLaws([result], this.#context.err)) throw new Error('a run broke a law');
    return result;
  }

  close(): void {
    this.#progress.clear();
    this.#interrupt.release();
  }
}

/** Works in a laboratory that is closed before its plan is told, and whatever happens; null: interrupted. */
export async function inLaboratory<Plan>(
  laboratory: Laboratory,
  work: () => Promise<Plan>,
): Promise<Plan | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted) return null;
    throw error;
  } finally {
    laboratory.close();
  }
}
