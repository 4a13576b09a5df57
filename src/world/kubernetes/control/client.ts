/**
 * Fidelity: a component's connection to the API server: client-go's token bucket (qps and burst, as the flags of
 * kube-scheduler, kube-controller-manager and kubelet have them in 1.32), then the API server's own queue and latency.
 * Requests of one client are answered in the order in which they were sent. Simplified: the API server is one queue with a fixed
 * capacity in place of priority and fairness with its many.
 */
import type { RandomStream } from '../../../base/random.ts';
import type { Engine } from '../../../engine/engine.ts';

/** When the API server would answer a request that reaches it now; shared by all clients. */
export class ApiLoad {
  readonly #engine: Engine;
  readonly #serviceMicros: number;
  readonly #floorMicros: number;
  readonly #meanMicros: number;
  readonly #stream: RandomStream;
  #freeMicros = 0;
  /** Requests answered so far. */
  requests = 0;

  constructor(
    engine: Engine,
    capacityPerSecond: number,
    latency: { readonly floorMicros: number; readonly meanMicros: number },
    stream: RandomStream,
  ) {
    this.#engine = engine;
    this.#serviceMicros = 1e6 / capacityPerSecond;
    this.#floorMicros = latency.floorMicros;
    this.#meanMicros = latency.meanMicros;
    this.#stream = stream;
  }

  answerMicros(sentMicros: number): number {
    this.requests++;
    const begins = Math.max(sentMicros, this.#freeMicros, this.#engine.now);
    this.#freeMicros = begins + this.#serviceMicros;
    return this.#freeMicros + this.#floorMicros + this.#meanMicros * this.#stream.exponential();
  }
}

/** One component's client. */
export class ApiClient {
  readonly #engine: Engine;
  readonly #load: ApiLoad;
  readonly #intervalMicros: number;
  readonly #burst: number;
  readonly #handler: number;
  readonly #grantHandler: number;
  readonly #waiting: (() => void)[] = [];
  /** Of requests whose turn is past, at the front of `waiting`. */
  #done = 0;
  /** When the token bucket would be full again. */
  #fullMicros = 0;
  #lastAnswerMicros = 0;
  #instant = false;

  /** `name` is unique among clients. */
  constructor(
    engine: Engine,
    load: ApiLoad,
    name: string,
    limits: { readonly qps: number; readonly burst: number },
  ) {
    this.#engine = engine;
    this.#load = load;
    this.#intervalMicros = 1e6 / limits.qps;
    this.#burst = limits.burst;
    this.#handler = engine.register(`kubernetes/client/${name}`, () => this.#answer());
    this.#grantHandler = engine.register(`kubernetes/client/${name}/grant`, () => this.#post());
  }

  /** Before the run begins everything is answered at once. */
  set instant(instant: boolean) {
    this.#instant = instant;
  }

  /** Requests sent or waiting for their turn. */
  get outstanding(): number {
    return this.#waiting.length - this.#done;
  }

  /** Does something at the API server when its turn has come: `request` runs in a later event. */
  send(request: () => void): void {
    this.#waiting.push(request);
    const wait = this.#instant ? 0 : this.#grantMicros() - this.#engine.now;
    // The server learns of a request when it is sent: one that its client still holds back is in nobody's way there.
    if (wait > 0) this.#engine.after(Math.ceil(wait), this.#grantHandler, 0, 0);
    else this.#post();
  }

  /** When the token bucket lets the next request go. */
  #grantMicros(): number {
    const now = this.#engine.now;
    // A bucket of `burst` tokens is full when nothing was sent for long: its state is when it would be full.
    this.#fullMicros = Math.max(this.#fullMicros, now) + this.#intervalMicros;
    return Math.max(now, this.#fullMicros - this.#burst * this.#intervalMicros);
  }

  #post(): void {
    const now = this.#engine.now;
    let answered = now;
    if (!this.#instant) {
      answered = Math.ceil(Math.max(this.#lastAnswerMicros, this.#load.answerMicros(now)));
      this.#lastAnswerMicros = answered;
    }
    this.#engine.after(answered - now, this.#handler, 0, 0);
  }

  #answer(): void {
    const request = this.#waiting[this.#done];
    // The queue is cut only now and then, so that a long one is not moved for each request.
    if (++this.#done > 1024 && this.#done * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#done);
      this.#done = 0;
    }
    request();
  }
}
