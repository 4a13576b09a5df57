import type { Payload } from '../payload.ts';

/** What the reader looks at; the address holds it, so that a copied address shows the same. */
export interface View {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Position of the chosen service. */
  readonly service: number;
  /** Latency on a logarithmic scale. */
  readonly log: boolean;
  /** Kinds of events that charts leave out. */
  readonly without: readonly string[];
  /** '' follows the reader's system. */
  readonly theme: '' | 'light' | 'dark';
}

type Listener = (view: View, before: View) => void;

/** The view and who wants to know when it changes. */
export class ViewStore {
  readonly #payload: Payload;
  readonly #listeners: Listener[] = [];
  #view: View;

  constructor(payload: Payload) {
    this.#payload = payload;
    this.#view = this.#read();
    addEventListener('hashchange', () => {
      if (location.hash.includes('=')) this.set(this.#read());
    });
  }

  get current(): View {
    return this.#view;
  }

  /** Whether all of the run is shown. */
  get whole(): boolean {
    const { fromSeconds, toSeconds } = this.#payload;
    return this.#view.fromSeconds <= fromSeconds && this.#view.toSeconds >= toSeconds;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  set(change: Partial<View>): void {
    const before = this.#view;
    this.#view = this.#tidy({ ...before, ...change });
    this.#write();
    for (const listener of this.#listeners) listener(this.#view, before);
  }

  reset(): void {
    this.set({ fromSeconds: this.#payload.fromSeconds, toSeconds: this.#payload.toSeconds });
  }

  /** Shows the events of a kind where they are hidden, and the other way round. */
  toggleKind(kind: string): void {
    const { without } = this.#view;
    const rest = without.filter((other) => other !== kind);
    this.set({ without: rest.length < without.length ? rest : [...without, kind] });
  }

  /** Makes the stretch shown `factor` times as long, around its middle. */
  zoom(factor: number): void {
    const { fromSeconds, toSeconds } = this.#view;
    const half = ((toSeconds - fromSeconds) * factor) / 2;
    const middle = (fromSeconds + toSeconds) / 2;
    this.set({ fromSeconds: middle - half, toSeconds: middle + half });
  }

  /** Moves the stretch shown by a share of its length. */
  pan(share: number): void {
    const { fromSeconds, toSeconds } = this.#view;
    const length = toSeconds - fromSeconds;
    const from = Math.min(
      Math.max(fromSeconds + length * share, this.#payload.fromSeconds),
      this.#payload.toSeconds - length,
    );
    this.set({ fromSeconds: from, toSeconds: from + length });
  }

  /** Keeps the stretch inside the run and at least a few samples long. */
  #tidy(view: View): View {
    const { fromSeconds, toSeconds, times, services } = this.#payload;
    const least = Math.min(
      toSeconds - fromSeconds,
      ((toSeconds - fromSeconds) / Math.max(1, times.length)) * 4,
    );
    let from = Math.min(Math.max(view.fromSeconds, fromSeconds), toSeconds);
    let to = Math.min(Math.max(view.toSeconds, from), toSeconds);
    if (to - from < least) {
      from = Math.max(fromSeconds, Math.min((from + to - least) / 2, toSeconds - least));
      to = from + least;
    }
    const service = Math.min(Math.max(view.service, 0), Math.max(0, services.length - 1));
    return { ...view, fromSeconds: from, toSeconds: to, service };
  }

  #read(): View {
    const { fromSeconds, toSeconds, services, markKinds } = this.#payload;
    const fields = new URLSearchParams(location.hash.slice(1));
    const span = /^(-?[\d.]+)-([\d.]+)$/.exec(fields.get('t') ?? '');
    const theme = fields.get('theme');
    return this.#tidy({
      fromSeconds: span === null ? fromSeconds : Number(span[1]),
      toSeconds: span === null ? toSeconds : Number(span[2]),
      service: services.indexOf(fields.get('service') ?? services[0] ?? ''),
      log: fields.get('log') === '1',
      without: fields.getAll('without').filter((kind) => markKinds.some((known) => known.kind === kind)),
      theme: theme === 'light' || theme === 'dark' ? theme : '',
    });
  }

  #write(): void {
    const { fromSeconds, toSeconds, service, log, without, theme } = this.#view;
    const fields = new URLSearchParams();
    if (!this.whole) fields.set('t', `${rounded(fromSeconds)}-${rounded(toSeconds)}`);
    if (service > 0) fields.set('service', this.#payload.services[service]!);
    if (log) fields.set('log', '1');
    for (const kind of without) fields.append('without', kind);
    if (theme !== '') fields.set('theme', theme);
    const text = fields.toString();
    history.replaceState(null, '', text === '' ? location.pathname + location.search : `#${text}`);
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
