import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The official JavaScript client, as much of it as the tests use. The project does not depend on it: it is taken from the folder
 * that KUBERNETES_CLIENT_MODULES names, as `npm install --no-save --prefix FOLDER @kubernetes/client-node` makes it.
 */

export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: unknown;
  readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
}

export interface Thing {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Meta;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly replicas?: number;
    readonly nodeName?: string;
    readonly template?: {
      readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
    };
  };
  readonly status?: {
    readonly phase?: string;
    readonly readyReplicas?: number;
    readonly loadBalancer?: unknown;
  };
}

export interface ThingList {
  readonly items: Thing[];
  readonly metadata?: { readonly resourceVersion?: string; readonly _continue?: string };
}

type Call<Result> = (parameters: Readonly<Record<string, unknown>>) => Promise<Result>;

export interface CoreApi {
  readonly listNode: Call<ThingList>;
  readonly listNamespacedPod: Call<ThingList>;
  readonly readNamespacedPod: Call<Thing>;
  readonly readNamespacedPodLog: Call<string>;
  readonly createNamespacedPodEviction: Call<unknown>;
  readonly listNamespacedConfigMap: Call<ThingList>;
  readonly createNamespacedConfigMap: Call<Thing>;
  readonly replaceNamespacedConfigMap: Call<Thing>;
  readonly deleteNamespacedConfigMap: Call<unknown>;
}

export interface AppsApi {
  readonly createNamespacedDeployment: Call<Thing>;
  readonly readNamespacedDeployment: Call<Thing>;
  readonly patchNamespacedDeploymentScale: (
    parameters: Readonly<Record<string, unknown>>,
    options?: unknown,
  ) => Promise<Thing>;
}

export interface ObjectApi {
  patch(
    spec: unknown,
    pretty?: string,
    dryRun?: string,
    fieldManager?: string,
    force?: boolean,
    strategy?: string,
  ): Promise<Thing>;
  create(spec: unknown): Promise<Thing>;
  read(spec: unknown): Promise<Thing>;
  delete(spec: unknown): Promise<unknown>;
  list(apiVersion: string, kind: string, namespace?: string): Promise<ThingList>;
}

export interface Informer {
  on(verb: 'add' | 'update' | 'delete', heard: (object: Thing) => void): void;
  on(verb: 'error' | 'connect', heard: (error?: unknown) => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  get(name: string, namespace?: string): Thing | undefined;
  list(namespace?: string): readonly Thing[];
}

export interface KubeConfig {
  loadFromString(text: string): void;
  makeApiClient<Api>(api: new (...parts: never[]) => Api): Api;
}

type Heard = (type: string, object: Thing) => void;

export interface JavaScriptClient {
  readonly KubeConfig: new () => KubeConfig;
  readonly CoreV1Api: new () => CoreApi;
  readonly AppsV1Api: new () => AppsApi;
  readonly KubernetesObjectApi: { makeApiClient(config: KubeConfig): ObjectApi };
  readonly PatchStrategy: Readonly<
    Record<'JsonPatch' | 'MergePatch' | 'StrategicMergePatch' | 'ServerSideApply', string>
  >;
  readonly setHeaderOptions: (name: string, value: string) => unknown;
  readonly makeInformer: (config: KubeConfig, path: string, list: () => Promise<ThingList>) => Informer;
  readonly Watch: new (
    config: KubeConfig,
  ) => {
    watch(
      path: string,
      query: Readonly<Record<string, unknown>>,
      heard: Heard,
      done: (error: unknown) => void,
    ): Promise<AbortController>;
  };
  readonly Log: new (
    config: KubeConfig,
  ) => {
    log(
      namespace: string,
      pod: string,
      container: string,
      stream: NodeJS.WritableStream,
      options: Readonly<Record<string, unknown>>,
    ): Promise<AbortController>;
  };
  readonly Metrics: new (config: KubeConfig) => { getNodeMetrics(): Promise<{ items: readonly Thing[] }> };
}

/** The client in the folder, or null when no folder is named. A folder without it is a mistake, and throws. */
export async function javaScriptClient(folder: string | undefined): Promise<JavaScriptClient | null> {
  if (folder === undefined || folder === '') return null;
  const resolve = createRequire(path.resolve(folder, 'package.json')).resolve;
  return (await import(pathToFileURL(resolve('@kubernetes/client-node')).href)) as JavaScriptClient;
}
