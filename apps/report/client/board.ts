import type { ChartSpec, Payload } from '../payload.ts';
import { type Chart, drawChart } from './chart.ts';
import { all, announce } from './dom.ts';
import { describePoint, refreshIdle } from './readout.ts';
import type { ViewStore } from './view.ts';

/** All charts in sight, kept in step with the view. Charts of hidden panels are drawn when they are shown. */
export class Board {
  readonly #payload: Payload;
  readonly #view: ViewStore;
  readonly #specs: ReadonlyMap<string, ChartSpec>;
  readonly #charts = new Map<HTMLElement, Chart>();
  readonly #sizes: ResizeObserver;

  constructor(payload: Payload, view: ViewStore) {
    this.#payload = payload;
    this.#view = view;
    this.#specs = new Map(payload.charts.map((spec) => [spec.id, spec]));
    this.#sizes = new ResizeObserver((entries) => {
      for (const entry of entries) this.#fit(entry.target.closest<HTMLElement>('figure')!);
    });
    for (const figure of all('figure[data-chart]')) this.#listen(figure);
    view.onChange((now, before) => {
      const moved = now.fromSeconds !== before.fromSeconds || now.toSeconds !== before.toSeconds;
      if (moved) for (const chart of this.#charts.values()) this.#show(chart);
      if (now.log !== before.log) this.#redrawLogarithmic();
    });
  }

  /** Draws the charts that have come into sight and drops those that have left it. */
  refresh(): void {
    for (const figure of all('figure[data-chart]')) {
      const visible = figure.closest('[hidden]') === null;
      if (visible && !this.#charts.has(figure)) this.#draw(figure);
      if (!visible && this.#charts.has(figure)) this.#drop(figure);
    }
  }

  /** Draws all charts again in the colours now in force. */
  restyle(): void {
    for (const { plot } of this.#charts.values()) plot.redraw(false, true);
  }

  #draw(figure: HTMLElement): void {
    const spec = this.#specs.get(figure.dataset['chart']!)!;
    const chart = drawChart(figure, spec, this.#payload, this.#view);
    this.#charts.set(figure, chart);
    this.#refreshIdle(chart);
    this.#sizes.observe(figure.querySelector('.plot')!);
  }

  #drop(figure: HTMLElement): void {
    this.#sizes.unobserve(figure.querySelector('.plot')!);
    this.#charts.get(figure)!.plot.destroy();
    this.#charts.delete(figure);
  }

  #fit(figure: HTMLElement): void {
    const chart = this.#charts.get(figure);
    const width = figure.querySelector('.plot')!.clientWidth;
    if (chart !== undefined && width > 0 && width !== chart.plot.width) {
      chart.plot.setSize({ width, height: chart.plot.height });
    }
  }

  #show(chart: Chart): void {
    const { fromSeconds, toSeconds } = this.#view.current;
    chart.plot.setScale('x', { min: fromSeconds, max: toSeconds });
    this.#refreshIdle(chart);
  }

  #refreshIdle(chart: Chart): void {
    const { fromSeconds, toSeconds } = this.#view.current;
    refreshIdle(chart.figure, chart.spec, this.#payload, fromSeconds, toSeconds);
  }

  #redrawLogarithmic(): void {
    for (const [figure, chart] of [...this.#charts]) {
      if (!chart.spec.logarithmic) continue;
      this.#drop(figure);
      this.#draw(figure);
    }
  }

  #listen(figure: HTMLElement): void {
    for (const button of all('[data-series]', figure)) {
      button.addEventListener('click', () => {
        const show = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(show));
        this.#charts.get(figure)?.plot.setSeries(Number(button.dataset['series']) + 1, { show });
      });
    }
    figure.querySelector('.plot')!.addEventListener('keydown', (event) => {
      if (this.#moveCursor(figure, event as KeyboardEvent)) event.preventDefault();
    });
  }

  /** Moves the cursor of a focused chart by a sample, with Shift by ten, and says the values there. */
  #moveCursor(figure: HTMLElement, event: KeyboardEvent): boolean {
    const chart = this.#charts.get(figure);
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (chart === undefined || direction === undefined) return false;
    const { plot, spec } = chart;
    const times = this.#payload.times;
    const { fromSeconds, toSeconds } = this.#view.current;
    const start = plot.cursor.idx ?? plot.valToIdx(direction > 0 ? fromSeconds : toSeconds);
    const index = Math.min(Math.max(start + direction * (event.shiftKey ? 10 : 1), 0), times.length - 1);
    const left = plot.valToPos(times[index]!, 'x');
    plot.setCursor({ left, top: plot.over.clientHeight / 2 });
    announce(describePoint(spec, this.#payload, index, this.#view.current));
    event.stopPropagation();
    return true;
  }
}
