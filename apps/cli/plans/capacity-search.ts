import { type CapacityFindings, fillOf, mostOf, trafficOf } from '../../../src/analysis/plans/capacity.ts';
import { pendingPods, type UnplacedPod } from '../../../src/analysis/plans/pending.ts';
import {
  clusterOf,
  followReplicas,
  largestReplicas,
  losses,
  type Sizes,
  sizedModel,
  statedReplicas,
} from '../../../src/analysis/plans/sized-cluster.ts';
import type { CapacityTraffic } from '../../../src/model/capacity-plan-result.ts';
import type { Model } from '../../../src/model/model.ts';
import type { ClusterView, NodePool } from '../../../src/run/cluster-view.ts';
import { simulatorVersion } from '../../../src/run/version.ts';
import type { Laboratory } from './experiment.ts';

interface Misfit {
  readonly lost: readonly string[];
  readonly pending: readonly UnplacedPod[];
}

/** Searches the fewest machines, by opening clusters of several sizes and running the last ones under traffic. */
export class CapacitySearch {
  readonly #model: Model;
  readonly #pools: readonly NodePool[];
  readonly #sized: readonly boolean[];
  readonly #losses: readonly (readonly string[])[];
  readonly #zonesLost: number;
  readonly #laboratory: Laboratory;
  #peak: ReadonlyMap<string, number> = new Map();
  #tried = 0;

  constructor(
    model: Model,
    asked: { readonly zonesLost: number; readonly pool: string | undefined },
    laboratory: Laboratory,
  ) {
    this.#model = model;
    this.#pools = clusterOf(model).nodePools;
    this.#sized = this.#pools.map(({ name }) => asked.pool === undefined || asked.pool === name);
    this.#zonesLost = asked.zonesLost;
    this.#losses = losses(this.#pools, asked.zonesLost);
    this.#laboratory = laboratory;
  }

  async find(seed: number): Promise<CapacityFindings> {
    const stated = statedReplicas(this.#model);
    this.#peak = largestReplicas(this.#model);
    const { sizes: plenty, misfit } = await this.#plenty();
    const hopeful = misfit === null ? await this.#learnPeak(plenty, stated) : null;
    let needed = misfit === null ? await this.#fewest(plenty) : null;
    let traffic: readonly CapacityTraffic[] = [];
    const room = needed;
    if (hopeful !== null && !hopeful.holds) traffic = [hopeful];
    else if (needed !== null && this.#isAsked())
      ({ sizes: needed, traffic } = await this.#underTraffic(needed, plenty));
    const shown = needed ?? plenty;
    const binding = await this.#binding(shown, needed === room);
    const whole = this.#look(shown, []);
    const fills = this.#losses.map((lost) => fillOf(this.#look(shown, lost)));
    return {
      model: this.#model,
      simulator: simulatorVersion,
      seed,
      zonesLost: this.#zonesLost,
      sized: this.#sized,
      needed,
      enough: needed !== null && (await this.#isEnough(needed)),
      stated,
      peak: this.#peak,
      peakPods: whole.pods().length,
      binding,
      fill: fillOf(whole),
      fillWithLoss: fills.reduce((a, b) =>
        Math.max(b.cpu, b.memory, b.pods) > Math.max(a.cpu, a.memory, a.pods) ? b : a,
      ),
      unplaced: misfit?.pending ?? [],
      traffic,
      tried: this.#tried,
    };
  }

  #isAsked(): boolean {
    return this.#model.objectives.length + this.#model.thresholds.length > 0;
  }

  #look(sizes: Sizes, lost: readonly string[]): ClusterView {
    this.#tried++;
    return this.#laboratory.open(sizedModel(this.#model, { sizes, lost, replicas: this.#peak })).view!;
  }

  /** The first loss of zones with which not all pods find a node; null: all do, whichever is lost. */
  async #misfit(sizes: Sizes): Promise<Misfit | null> {
    for (const lost of this.#losses) {
      this.#laboratory.progressed(
        `placing pods on ${sizes.join(' + ')} machines`,
        this.#tried,
        this.#tried + 20,
      );
      await this.#laboratory.pause();
      const pending = pendingPods(this.#look(sizes, lost));
      if (pending.length > 0) return { lost, pending };
    }
    return null;
  }

  /** Sizes with which everything finds room, autoscalers at their maximum: doubled until it does, or nothing helps. */
  async #plenty(): Promise<{ sizes: Sizes; misfit: Misfit | null }> {
    const pods =
      [...this.#peak.values()].reduce((sum, count) => sum + count, 0) + clusterOf(this.#model).objects.length;
    let sizes: Sizes = this.#pools.map(({ count }) => count);
    for (;;) {
      const misfit = await this.#misfit(sizes);
      if (misfit === null) return { sizes, misfit };
      const next = sizes.map((size, i) => {
        // A machine for each pod, in every zone that is left: more never helps.
        const most = Math.max(
          this.#pools[i]!.count,
          (pods + 1) * (this.#zonesLost + 1) + this.#pools[i]!.zones.length,
        );
        return this.#sized[i] ? Math.min(most, Math.max(size + 1, size * 2)) : size;
      });
      if (next.every((size, i) => size === sizes[i])) return { sizes, misfit };
      sizes = next;
    }
  }

  /** How many replicas the autoscalers really ask for when machines are never short, and what users then get. */
  async #learnPeak(plenty: Sizes, stated: ReadonlyMap<string, number>): Promise<CapacityTraffic> {
    const model = sizedModel(this.#model, { sizes: plenty });
    const session = this.#laboratory.open(model);
    const most = followReplicas(session.view!, stated);
    await this.#laboratory.drive(session, 'learning the peak');
    this.#peak = most;
    return trafficOf(this.#laboratory.result(model, session), [], pendingPods(session.view!).length);
  }

  /** Each pool as small as it can be beside the others, the dearest for its cores first. */
  async #fewest(plenty: Sizes): Promise<Sizes> {
    const price = ({ pricePerHour, cores }: NodePool) => (pricePerHour ?? 0) / cores;
    const order = this.#pools
      .map((pool, i) => ({ pool, i }))
      .filter(({ i }) => this.#sized[i])
      .sort((a, b) => price(b.pool) - price(a.pool) || b.i - a.i);
    let sizes = plenty;
    for (const { i } of order) {
      let low = -1;
      let high = sizes[i]!;
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if ((await this.#misfit(resized(sizes, i, middle))) === null) high = middle;
        else low = middle;
      }
      sizes = resized(sizes, i, high);
    }
    return sizes;
  }

  async #run(sizes: Sizes, lost: readonly string[]): Promise<CapacityTraffic> {
    this.#tried++;
    const model = sizedModel(this.#model, { sizes, lost });
    const session = this.#laboratory.open(model);
    const without = lost.length === 0 ? '' : ` without ${lost.join(', ')}`;
    await this.#laboratory.drive(session, `${sizes.join(' + ')} machines${without}`);
    return trafficOf(this.#laboratory.result(model, session), lost, pendingPods(session.view!).length);
  }

  async #runs(sizes: Sizes): Promise<CapacityTraffic[]> {
    const outcomes: CapacityTraffic[] = [];
    const all = this.#zonesLost === 0 ? this.#losses : [[], ...this.#losses];
    for (const lost of all) outcomes.push(await this.#run(sizes, lost));
    return outcomes;
  }

  /** The fewest machines with which users are content too; those that hold the pods when not even plenty help. */
  async #underTraffic(
    room: Sizes,
    plenty: Sizes,
  ): Promise<{ sizes: Sizes; traffic: readonly CapacityTraffic[] }> {
    const hold = (outcomes: readonly CapacityTraffic[]) => outcomes.every(({ holds }) => holds);
    let traffic = await this.#runs(room);
    if (hold(traffic)) return { sizes: room, traffic };
    const between = (step: number) =>
      room.map((size, i) => Math.min(Math.max(size, plenty[i]!), size + step));
    const most = Math.max(...plenty.map((size, i) => size - room[i]!));
    traffic = await this.#runs(between(Math.max(0, most)));
    if (!hold(traffic)) return { sizes: room, traffic };
    let low = 0;
    let high = most;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const outcomes = await this.#runs(between(middle));
      if (hold(outcomes)) {
        high = middle;
        traffic = outcomes;
      } else low = middle;
    }
    return { sizes: between(high), traffic };
  }

  /** What gives with one machine fewer in the largest pool that was searched. */
  async #binding(sizes: Sizes, byRoom: boolean): Promise<CapacityFindings['binding']> {
    const candidates = sizes
      .map((size, i) => ({ size, i }))
      .filter(({ size, i }) => this.#sized[i] && size > 0);
    const [largest] = candidates.sort((a, b) => b.size - a.size || a.i - b.i);
    if (largest === undefined) return { pool: null, lost: [], pending: [] };
    const pool = this.#pools[largest.i]!.name;
    const misfit = byRoom ? await this.#misfit(resized(sizes, largest.i, largest.size - 1)) : null;
    return { pool, lost: misfit?.lost ?? [], pending: misfit?.pending ?? [] };
  }

  /** Whether what there is does: by numbers, or else by trying. */
  async #isEnough(needed: Sizes): Promise<boolean> {
    const most = this.#pools.map(mostOf);
    if (needed.every((size, i) => size <= most[i]!)) return true;
    if (this.#pools.length === 1 || (await this.#misfit(most)) !== null) return false;
    return !this.#isAsked() || (await this.#runs(most)).every(({ holds }) => holds);
  }
}

function resized(sizes: Sizes, index: number, size: number): Sizes {
  return sizes.map((each, i) => (i === index ? size : each));
}
