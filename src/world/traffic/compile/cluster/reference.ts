/**
 * Fidelity: how programs in a cluster find each other: by DNS names of Services (`api`, `api.shop`,
 * `api.shop.svc.cluster.local`, `kafka-0.kafka.shop.svc`), written into environment variables, arguments and
 * configuration files (Kubernetes, “DNS for Services and Pods”). Names are only looked for where an address is
 * expected (in URLs, before a port, after words such as host or server), so that a database called `web` is no call.
 * What a program computes, reads from secrets that were not given or learns at run time cannot be seen.
 */

/** Where a text was found: decides whether it can be an address at all. */
export interface Clue {
  /** Name of the variable or the file, e.g. `REDIS_URL`. */
  readonly name: string;
  readonly text: string;
  /** For the user, e.g. `env REDIS_URL=redis://redis:6379`. */
  readonly shown: string;
  /** A variable's whole value may be a bare name; in arguments and files a name needs its context. */
  readonly kind: 'variable' | 'arguments' | 'file';
}

/** A host name in a text, e.g. `redis.shop` and its port, when one is written. */
export interface Mention {
  readonly host: string;
  readonly port: number | null;
}

/** Variables about addresses of the program itself, of browsers or of watchers: nothing a request waits for. */
const notCalled =
  /(?:^|_)(?:PUBLIC|EXTERNAL|ADVERTISED|CALLBACK|REDIRECT|CORS|ALLOWED|TRUSTED|NO_PROXY|HOSTNAME|LISTEN|LISTENERS|BIND|OTEL|OTLP|JAEGER|ZIPKIN|STATSD|DD|DATADOG|SENTRY|PROMETHEUS|GRAFANA|LOKI|TEMPO|TELEMETRY|TRACING|METRICS|SELF|CANONICAL|PHX_HOST)(?:_|$)/i;
const addressName =
  /(?:HOST|HOSTS|SERVER|SERVERS|ADDR|ADDRESS|ADDRESSES|URL|URLS|URI|ENDPOINT|ENDPOINTS|SERVICE|SVC|BROKER|BROKERS|NODES|SEEDS|UPSTREAM|UPSTREAMS|BACKEND|BACKENDS|DSN|CONNECTION|PRIMARY|REPLICA|MASTER|TARGET|ORIGIN|PROXY_PASS|CLUSTER)$/i;

// Lengths are bounded as in DNS, so that no text can make the search slow.
const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const host = `${label}(?:\\.${label}){0,8}`;
/** After a scheme and optional credentials: one host, or several with commas between them. */
const urlPattern = new RegExp(
  `[a-z][a-z0-9+.:-]{0,40}://(?:[^\\s/@"']{0,200}@)?(${host}(?::\\d+)?(?:,(?:[a-z]{1,20}://)?${host}(?::\\d+)?){0,50})`,
  'gi',
);
const portPattern = new RegExp(`(?<![\\w.@/:-])(${host}):(\\d{2,5})(?![\\w:.])`, 'gi');
const clusterPattern = new RegExp(`(?<![\\w.-])(${host}\\.svc(?:\\.${host})?)(?::(\\d{2,5}))?`, 'gi');
/** `host=db`, `"host": "db"`, `server db;`, `proxy_pass http://db`, `-h db`, `address: db`. */
const wordPattern = new RegExp(
  `(?:^|[\\s;,{"'?&(-])(?:host|hostname|server|address|addr|endpoint|upstream|broker|data source|h)["']?\\s{0,8}[=:\\s]\\s{0,8}["']?(?:tcp:)?(${host})(?=$|[\\s;,"'}&)/])`,
  'gim',
);
/** `nc -z postgres 5432` in arguments and init containers. */
const apartPattern = new RegExp(`(?<![\\w.:/-])(${host})\\s{1,8}(\\d{4,5})(?!\\w)`, 'gi');
const barePattern = new RegExp(`^${host}$`, 'i');

/** Every host that `clue` names as an address, in the order of the text, each once. */
export function mentionsIn(clue: Clue): Mention[] {
  if (clue.kind === 'variable' && notCalled.test(clue.name)) return [];
  const found = new Map<string, { at: number; port: number | null }>();
  const note = (at: number, name: string, port: string | undefined): void => {
    const key = name.toLowerCase();
    const known = found.get(key);
    const number = port === undefined ? null : Number(port);
    if (known === undefined) found.set(key, { at, port: number });
    else if (known.port === null) known.port = number;
  };
  for (const match of clue.text.matchAll(urlPattern)) {
    for (const part of match[1].split(',')) {
      const [name, port] = part.replace(/^[a-z]+:\/\//i, '').split(':');
      note(match.index, name, port);
    }
  }
  for (const match of clue.text.matchAll(portPattern)) note(match.index, match[1], match[2]);
  for (const match of clue.text.matchAll(clusterPattern)) note(match.index, match[1], match[2]);
  for (const match of clue.text.matchAll(wordPattern)) note(match.index, match[1], undefined);
  if (clue.kind === 'arguments') {
    for (const match of clue.text.matchAll(apartPattern)) note(match.index, match[1], match[2]);
  }
  if (clue.kind === 'variable' && addressName.test(clue.name)) {
    for (const part of clue.text.split(','))
      if (barePattern.test(part.trim())) note(0, part.trim(), undefined);
  }
  return [...found.entries()]
    .sort((a, b) => a[1].at - b[1].at)
    .map(([name, { port }]) => ({ host: name, port }));
}

/** A Service by namespace and name. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The Service that `hostName` means to a pod in `namespace`, or null when it names none. `exists` tells whether there
 * is such a Service. `missing` is set when the name can only be meant as one inside the cluster.
 */
export function resolveHost(
  hostName: string,
  namespace: string,
  exists: (service: ServiceName) => boolean,
): { readonly service: ServiceName | null; readonly missing: ServiceName | null } {
  const labels = hostName.split('.');
  const cluster = labels.indexOf('svc');
  const candidates: ServiceName[] = [];
  if (labels.length === 1) candidates.push({ namespace, name: labels[0] });
  else if (cluster === -1) {
    candidates.push({ name: labels[0], namespace: labels[1] });
    // A pod of a StatefulSet: `kafka-0.kafka`, `kafka-0.kafka.shop`.
    candidates.push({ name: labels[1], namespace: labels[2] ?? namespace });
  } else if (cluster >= 2) {
    candidates.push({ name: labels[cluster - 2], namespace: labels[cluster - 1] });
  }
  const service = candidates.find(exists) ?? null;
  const missing = service === null && cluster >= 2 ? candidates[0] : null;
  return { service, missing };
}
