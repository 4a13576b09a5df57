/**
 * Fidelity: the node lifecycle controller (pkg/controller/nodelifecycle, 1.32): kubelets renew their leases every 10 s; every
 * 5 s the monitor looks, and a node of which it has seen nothing for more than 50 s becomes Unknown, its pods not ready;
 * from the next look on it waits for its NoExecute taint, at its zone's rate. Simplified: renewals are not events but
 * reckoned when somebody asks, and the monitor only runs while some node is not well, at the same instants as if it
 * always did.
 */
import { hashWords } from '../../../base/hash.ts';
import { microsPerMillisecond, microsPerSecond } from '../../../base/time.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type Condition, conditionOf } from '../objects/meta.ts';
import { type Node, nodes, type Pod, pods } from '../objects/resource-types.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import { readyConditions } from './machine.ts';
import { notReadyTaint, unreachableTaint, withExecuteTaint, withScheduleTaints } from './node-taints.ts';
import { EvictionLimiter, evictionRate, type ZoneState, zoneState } from './zone-health.ts';

export const renewMicros = 10 * microsPerSecond;
export const leaseSeconds = 40;
const reportMicros = 300 * microsPerSecond;
const monitorMicros = 5 * microsPerSecond;
const graceMicros = 50 * microsPerSecond;
const taintPassMicros = 100 * microsPerMillisecond;
const usualRate = 0.1;

interface Zone {
  readonly limiter: EvictionLimiter;
  /** Nodes that wait for their NoExecute taint. */
  readonly queue: Set<string>;
  state: ZoneState;
  ready: number;
  notReady: number;
  /** When the next of the queue is looked at; Infinity: nobody is. */
  passMicros: number;
}

/** When each suspicious node was last seen to be alive, by the monitor. */
interface Suspect {
  probeMicros: number;
}

export class NodeLifecycle {
  readonly #plane: ControlPlane;
  readonly #kubelet: Kubelet;
  readonly #zones = new Map<string, Zone>();
  readonly #zoneList: Zone[] = [];
  readonly #suspects = new Map<string, Suspect>();
  readonly #monitorHandler: number;
  readonly #taintHandler: number;
  #monitoring = false;
  #allLost = false;

  constructor(plane: ControlPlane, kubelet: Kubelet) {
    this.#plane = plane;
    this.#kubelet = kubelet;
    const { engine, store, manager } = plane;
    this.#monitorHandler = engine.register('kubernetes/node-lifecycle/monitor', () => this.#monitor());
    this.#taintHandler = engine.register('kubernetes/node-lifecycle/taint', (zone) =>
      this.#taintPass(this.#zoneList[zone]),
    );
    store.observe(nodes, ({ kind, object, previous }) => {
      if (previous !== null) this.#countZone(previous, -1);
      if (kind !== 'DELETED') this.#countZone(object, 1);
    });
    manager.watch.on(nodes, ({ kind, object, previous }) => {
      if (kind === 'DELETED') this.#suspects.delete(object.metadata.name);
      else if (previous?.spec !== object.spec || previous.status.conditions !== object.status.conditions)
        this.#seen(object);
    });
  }

  /** When the kubelet of a node last renewed its lease, in engine time. */
  renewedMicros(name: string): number {
    const { engine } = this.#plane;
    const node = this.#kubelet.nodeOf(name);
    const until = node === undefined || node.alive ? engine.now : node.lostMicros;
    const phase = (hashWords(`lease ${name}`)[0] >>> 0) % renewMicros;
    return Math.floor((until - phase) / renewMicros) * renewMicros + phase;
  }

  /** The node with the heartbeats of its last report; kubelets report every 5 min when nothing changes. */
  withHeartbeats(node: Node): Node {
    const { name } = node.metadata;
    const { clock, engine } = this.#plane;
    const known = this.#kubelet.nodeOf(name);
    const until = known === undefined || known.alive ? engine.now : known.lostMicros;
    const phase = (hashWords(`report ${name}`)[0] >>> 0) % reportMicros;
    const reported = Math.floor((until - phase) / reportMicros) * reportMicros + phase;
    const shown = clock.nowMicros - engine.now + reported;
    const lastHeartbeatTime = clock.timestampAt(shown);
    const conditions = node.status.conditions.map((condition) =>
      condition.status !== 'Unknown' && clock.microsOf(condition.lastHeartbeatTime) < shown
        ? { ...condition, lastHeartbeatTime }
        : condition,
    );
    return { ...node, status: { ...node.status, conditions } };
  }

  /** The machine is gone: power, network or the kubelet itself. */
  fail(name: string): void {
    if (this.#plane.store.get(nodes, '', name) === undefined) return;
    this.#kubelet.lose(name);
    // The monitor saw the last renewal at its next look.
    const seen = Math.ceil(this.renewedMicros(name) / monitorMicros) * monitorMicros;
    this.#suspects.set(name, { probeMicros: seen });
    this.#watch();
    this.#plane.note('node', name, 'machine lost');
  }

  /** The machine is back: its kubelet reports, and starts its pods anew. */
  recover(name: string): void {
    const { api, clock, store } = this.#plane;
    const node = store.get(nodes, '', name);
    if (node === undefined) return;
    const timestamp = clock.timestamp();
    this.#kubelet.recover(name);
    api.modifyStatus(nodes, '', name, (current) => ({
      ...current,
      status: { ...current.status, conditions: healthy(current.status.conditions, timestamp) },
    }));
    this.#tell(node, 'Starting', 'Starting kubelet.', 'kubelet');
    this.#tell(node, 'NodeReady', `Node ${name} status is now: NodeReady`, 'kubelet');
    this.#plane.note('node', name, 'machine back');
  }

  /** The machine is taken away for good, as a cloud provider does: processes and Node go. */
  remove(name: string): void {
    this.#kubelet.lose(name);
    this.#kubelet.forget(name);
    this.#plane.api.delete(nodes, '', name);
  }

  #countZone(node: Node, by: 1 | -1): void {
    const zone = this.#zoneOf(node);
    if (readyStatus(node) === 'True') zone.ready += by;
    else zone.notReady += by;
  }

  #zoneOf(node: Node): Zone {
    const name = this.#plane.zoneOf(node);
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = {
        limiter: new EvictionLimiter(usualRate),
        queue: new Set(),
        state: 'Normal',
        ready: 0,
        notReady: 0,
        passMicros: Number.POSITIVE_INFINITY,
      };
      this.#zones.set(name, zone);
      this.#zoneList.push(zone);
    }
    return zone;
  }

  /** Keeps the NoSchedule taints, and an eye on nodes that are not ready. */
  #seen(node: Node): void {
    const { name } = node.metadata;
    const { clock } = this.#plane;
    if (withScheduleTaints(node, '') !== node)
      this.#change(name, (current) => withScheduleTaints(current, clock.timestamp()));
    if (readyStatus(node) === 'True' || this.#suspects.has(name)) return;
    this.#suspects.set(name, { probeMicros: this.#plane.engine.now });
    this.#watch();
  }

  #change(name: string, change: (current: Node) => Node): void {
    const { manager, api } = this.#plane;
    manager.client.send(() => api.modify(nodes, '', name, change));
  }

  /** Lets the monitor look at its next instant. */
  #watch(): void {
    if (this.#monitoring) return;
    this.#monitoring = true;
    const { engine } = this.#plane;
    const next = (Math.floor(engine.now / monitorMicros) + 1) * monitorMicros;
    engine.schedule(next, this.#monitorHandler, 0, 0);
  }

  #monitor(): void {
    this.#monitoring = false;
    for (const [name, suspect] of this.#suspects) this.#examine(name, suspect);
    this.#judgeZones();
    if (this.#suspects.size > 0) this.#watch();
  }

  #examine(name: string, suspect: Suspect): void {
    const { engine, store } = this.#plane;
    const node = store.get(nodes, '', name);
    if (node === undefined) {
      this.#suspects.delete(name);
      return;
    }
    const alive = this.#kubelet.nodeOf(name)?.alive ?? true;
    if (alive) suspect.probeMicros = engine.now;
    const observed = readyStatus(node);
    if (!alive && observed !== 'Unknown' && engine.now > suspect.probeMicros + graceMicros)
      this.#loseSight(node, observed === 'True');
    this.#judge(node, observed);
    if (alive && observed === 'True') this.#suspects.delete(name);
  }

  #loseSight(node: Node, wasReady: boolean): void {
    const { api, clock, podsByNode } = this.#plane;
    const { name } = node.metadata;
    const timestamp = clock.timestamp();
    const heartbeat = clock.timestampAt(clock.nowMicros - this.#plane.engine.now + this.renewedMicros(name));
    api.modifyStatus(nodes, '', name, (current) => ({
      ...current,
      status: { ...current.status, conditions: unknown(current.status.conditions, timestamp, heartbeat) },
    }));
    if (!wasReady) return;
    this.#tell(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`, 'node-controller');
    this.#plane.note('node', name, 'not ready: its kubelet stopped posting node status');
    for (const pod of podsByNode.get(name)) this.#markNotReady(pod);
  }

  #markNotReady(pod: Pod): void {
    const { api, manager, clock } = this.#plane;
    const { namespace = '', name, uid } = pod.metadata;
    if (conditionOf(pod.status.conditions, 'Ready')?.status !== 'True') return;
    manager.client.send(() => {
      const timestamp = clock.timestamp();
      api.modifyStatus(pods, namespace, name, (current) => {
        if (current.metadata.uid !== uid) return null;
        const conditions = current.status.conditions?.map((condition) =>
          condition.type === 'Ready' && condition.status === 'True'
            ? { ...condition, status: 'False' as const, lastTransitionTime: timestamp }
            : condition,
        );
        return conditions === undefined ? null : { ...current, status: { ...current.status, conditions } };
      });
    });
    this.#plane.events.record(pod, {
      type: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
      component: 'node-controller',
    });
  }

  /** Queues a node for its NoExecute taint, changes one for the other at once, or takes both away. */
  #judge(node: Node, observed: Condition['status']): void {
    const { name } = node.metadata;
    const { clock } = this.#plane;
    if (observed === 'True') {
      this.#zoneOf(node).queue.delete(name);
      if (withExecuteTaint(node, null, '') !== node)
        this.#change(name, (current) => withExecuteTaint(current, null, clock.timestamp()));
      return;
    }
    const key = observed === 'False' ? notReadyTaint : unreachableTaint;
    if (withExecuteTaint(node, key, '') === node) return;
    const swaps = withExecuteTaint(node, null, '') !== node;
    if (swaps) this.#change(name, (current) => withExecuteTaint(current, key, clock.timestamp()));
    else this.#queue(this.#zoneOf(node), name);
  }

  #queue(zone: Zone, name: string): void {
    zone.queue.add(name);
    this.#planPass(zone);
  }

  /** Plans the next pass over a zone's queue: ten a second, of which most would find no token. */
  #planPass(zone: Zone): void {
    const { engine } = this.#plane;
    if (zone.queue.size === 0) return;
    const at = Math.ceil(zone.limiter.nextMicros(engine.now) / taintPassMicros) * taintPassMicros;
    if (at >= zone.passMicros) return;
    zone.passMicros = at;
    engine.schedule(at, this.#taintHandler, this.#zoneList.indexOf(zone), 0);
  }

  #taintPass(zone: Zone): void {
    const { engine, store, clock } = this.#plane;
    if (zone.passMicros > engine.now) return;
    zone.passMicros = Number.POSITIVE_INFINITY;
    for (const name of zone.queue) {
      if (!zone.limiter.tryAccept(engine.now)) break;
      zone.queue.delete(name);
      const node = store.get(nodes, '', name);
      const status = node === undefined ? 'True' : readyStatus(node);
      if (status === 'True') continue;
      const key = status === 'False' ? notReadyTaint : unreachableTaint;
      this.#change(name, (current) => withExecuteTaint(current, key, clock.timestamp()));
    }
    this.#planPass(zone);
  }

  #judgeZones(): void {
    const { engine } = this.#plane;
    const present = this.#zoneList.filter(({ ready, notReady }) => ready + notReady > 0);
    const states = present.map(({ ready, notReady }) => zoneState(ready, notReady));
    const allLost = present.length > 0 && states.every((state) => state === 'FullDisruption');
    if (allLost) {
      // Where everything seems lost, it is the observer who is: nothing is evicted.
      if (!this.#allLost) for (const node of this.#plane.store.table(nodes).values()) this.#reprieve(node);
      for (const zone of present) zone.limiter.swap(0, engine.now);
    } else {
      if (this.#allLost) for (const suspect of this.#suspects.values()) suspect.probeMicros = engine.now;
      present.forEach((zone, index) => {
        const state = states[index];
        if (state === zone.state && !this.#allLost) return;
        zone.limiter.swap(evictionRate(state, zone.ready + zone.notReady), engine.now);
        this.#planPass(zone);
      });
    }
    present.forEach((zone, index) => {
      zone.state = states[index];
    });
    this.#allLost = allLost;
  }

  #reprieve(node: Node): void {
    this.#zoneOf(node).queue.delete(node.metadata.name);
    if (withExecuteTaint(node, null, '') !== node)
      this.#change(node.metadata.name, (current) =>
        withExecuteTaint(current, null, this.#plane.clock.timestamp()),
      );
  }

  #tell(node: Node, reason: string, message: string, component: string): void {
    if (!this.#plane.starting) this.#plane.events.record(node, { reason, message, component });
  }
}

function readyStatus({ status }: Node): Condition['status'] {
  return conditionOf(status.conditions, 'Ready')?.status ?? 'Unknown';
}

function unknown(
  conditions: readonly Condition[],
  timestamp: string,
  heartbeat: string,
): readonly Condition[] {
  return conditions.map((condition) =>
    condition.type === 'NetworkUnavailable' || condition.status === 'Unknown'
      ? condition
      : {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastHeartbeatTime: heartbeat,
          lastTransitionTime: timestamp,
        },
  );
}

function healthy(before: readonly Condition[], timestamp: string): readonly Condition[] {
  const others = before.filter(({ type }) => readyConditions.every(([own]) => own !== type));
  const own = readyConditions.map(([type, status, reason, message]) => {
    const old = conditionOf(before, type);
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? timestamp) : timestamp;
    const as = status as Condition['status'];
    return { type, status: as, lastHeartbeatTime: timestamp, lastTransitionTime, reason, message };
  });
  return [...others, ...own];
}
