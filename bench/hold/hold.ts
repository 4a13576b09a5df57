/**
 * The hold model: a queue of a constant number of pending events; each step takes the first and schedules another.
 * Measures the engine's own queue, and the same algorithm in C (`cc -O2`) on the same numbers in the same run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/base/random.ts';
import { EventQueue } from '../../src/engine/event-queue.ts';

export interface HoldResult {
  readonly pending: number;
  /** Events per CPU second, best of the rounds. */
  readonly eventsPerSecond: number;
  /** The same in C; null without a compiler. */
  readonly referencePerSecond: number | null;
  /** Ours over C's; 1 is as fast. */
  readonly ratio: number | null;
}

interface Measured {
  readonly seconds: number;
  /** Over the order of events: both sides must agree. */
  readonly checksum: number;
}

const incrementCount = 65_536;
const meanIncrementMicros = 1e9;
const cases = [
  { pending: 1e3, operations: 1.5e6 },
  { pending: 1e6, operations: 7e5 },
];

/** Takes about fifteen seconds; throws when the two sides disagree on the order of events. */
export async function runHold(rounds = 5): Promise<readonly HoldResult[]> {
  const increments = drawIncrements();
  // C is compiled before it runs; V8 compiles while it runs, which a simulation of any length does not notice.
  new Hold(1e3, increments).run(1.5e6);
  const reference = compileReference();
  try {
    return cases.map(({ pending, operations }) => {
      let best = Infinity;
      let referenceBest = Infinity;
      // Both sides take turns, twice a round, so that neither alone meets a busy moment of the machine.
      for (let turn = 0; turn < 2 * rounds; turn++) {
        const ours = new Hold(pending, increments).run(operations);
        best = Math.min(best, ours.seconds);
        if (reference === null) continue;
        const theirs = reference.run(pending, operations, increments);
        if (theirs.checksum !== ours.checksum) throw new Error('the C heap orders events differently');
        referenceBest = Math.min(referenceBest, theirs.seconds);
      }
      return {
        pending,
        eventsPerSecond: operations / best,
        referencePerSecond: reference === null ? null : operations / referenceBest,
        ratio: reference === null ? null : referenceBest / best,
      };
    });
  } finally {
    reference?.remove();
  }
}

function drawIncrements(): Float64Array {
  const stream = randomStream(1, 'hold');
  return Float64Array.from({ length: incrementCount }, () =>
    Math.round(meanIncrementMicros * stream.exponential()),
  );
}

/** The state that each step changes; as in a simulation, a handler schedules apart from the loop that takes events. */
class Hold {
  readonly #queue = new EventQueue();
  readonly #increments: Float64Array;
  #drawn = 0;
  #checksum = 0;

  constructor(pending: number, increments: Float64Array) {
    this.#increments = increments;
    for (let i = 0; i < pending; i++) this.#queue.push(this.#increment(), this.#drawn, 1, i, 0);
  }

  /** In batches, so that V8 optimises the loop as it does one that is entered often. */
  run(operations: number): Measured {
    const batch = 10_000;
    const start = process.cpuUsage();
    for (let done = 0; done < operations; done += batch) this.#steps(batch);
    const used = process.cpuUsage(start);
    return { seconds: (used.user + used.system) * 1e-6, checksum: this.#checksum >>> 0 };
  }

  #steps(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#queue.pop(Infinity);
      this.#handle();
    }
  }

  #handle(): void {
    const queue = this.#queue;
    this.#checksum = (Math.imul(this.#checksum, 31) + queue.a) | 0;
    const time = queue.time + this.#increment();
    queue.push(time, this.#drawn, queue.handler, queue.a, queue.b);
  }

  #increment(): number {
    this.#drawn = (this.#drawn + 1) | 0;
    return this.#increments[this.#drawn & (incrementCount - 1)];
  }
}

interface Reference {
  run(pending: number, operations: number, increments: Float64Array): Measured;
  remove(): void;
}

function compileReference(): Reference | null {
  const folder = mkdtempSync(join(tmpdir(), 'hold-'));
  const binary = join(folder, 'hold');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const source = fileURLToPath(new URL('hold.c', import.meta.url));
    execFileSync('cc', ['-O2', '-o', binary, source], { stdio: 'ignore' });
  } catch {
    remove();
    return null;
  }
  return {
    run(pending, operations, increments) {
      const output = execFileSync(binary, [String(pending), String(operations)], { input: increments });
      const [seconds, checksum] = output.toString().split(' ').map(Number);
      return { seconds, checksum };
    },
    remove,
  };
}

if (import.meta.main) {
  for (const { pending, eventsPerSecond, referencePerSecond, ratio } of await runHold()) {
    const reference =
      referencePerSecond === null
        ? 'no C compiler'
        : `C ${(referencePerSecond / 1e6).toFixed(2)} M/s, ratio ${ratio?.toFixed(2)}`;
    console.log(`hold ${pending}: ${(eventsPerSecond / 1e6).toFixed(2)} M events/s, ${reference}`);
  }
}
