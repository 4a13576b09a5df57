import type { RandomStream } from '../../../base/random.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Instruments } from '../../../telemetry/instruments.ts';
import type { Reader } from '../../../telemetry/reader.ts';
import type { KubernetesModel } from '../model.ts';
import type { Routing } from '../network/routing.ts';
import type { Processes } from '../node/processes.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { Api } from '../store/api.ts';
import type { Clock } from '../store/clock.ts';
import type { EventLog } from '../store/event-log.ts';
import type { Index, Store } from '../store/store.ts';
import type { ApiClient } from './client.ts';
import type { Watch } from './watch.ts';

/** What every part of the control plane is given. `cluster.ts` puts it together. */
export interface ControlPlane {
  readonly engine: Engine;
  readonly model: KubernetesModel;
  readonly clock: Clock;
  readonly store: Store;
  readonly api: Api;
  readonly events: EventLog;
  readonly instruments: Instruments;
  /** What has been scraped so far. */
  readonly telemetry: Reader;
  readonly processes: Processes;
  readonly routing: Routing;
  /** The client and the watches of the kube-controller-manager, which all its control loops share. */
  readonly manager: Component;
  readonly scheduler: Component;
  /** All kubelets' watches; each node has its own client budget, which is never what holds it up, so they share none. */
  readonly kubelets: Component;
  /** Further components: the autoscaler, metrics-server, Argo Rollouts. `name` is unique. */
  component(name: string, limits: { readonly qps: number; readonly burst: number }): Component;
  /** The stream of one part: `random('scheduler')`. */
  random(name: string): RandomStream;
  /** True while the cluster is brought into the state in which the run begins: nothing takes time then. */
  readonly starting: boolean;
  readonly podsByNode: Index<Pod>;
  /** By the uid of the controller that owns them. */
  readonly podsByOwner: Index<Pod>;
  /** Requests of components that the API server has answered so far. */
  readonly apiRequests: number;
  /** A mark on the time line of the run. */
  note(kind: NoteKind, subject: string, message: string): void;
  /** The zone of a node, `''` when it has none. */
  zoneOf(node: Node): string;
}

export type NoteKind = 'note' | 'scale' | 'rollout' | 'restart' | 'evict' | 'node' | 'probe' | 'schedule';

export interface Component {
  readonly client: ApiClient;
  readonly watch: Watch;
}
