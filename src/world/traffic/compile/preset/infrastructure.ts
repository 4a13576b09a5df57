import { type Preset, type PresetRuntime, presetDefaults, work } from './preset.ts';

/**
 * Fidelity: proxies, databases, caches, queues and watchers by the defaults their projects document (credited at each
 * preset). Work per request is what the projects' own benchmarks or common practice suggest for small requests on
 * one current cloud core; storage waits are those of a network SSD. State your own in a ServiceModel.
 */

/** Every request at once on all cores of the node, as asynchronous servers with a worker per core do. */
const onAllCores =
  (basis: string) =>
  (settings: { nodeCores: number }): PresetRuntime => ({
    value: { kind: 'processorSharing', maxConcurrent: null, cores: settings.nodeCores },
    basis,
  });

/**
 * nginx: the image's configuration has worker_processes auto and worker_connections 1024, two of which a proxied
 * request takes; the listen backlog is 511 on Linux; proxy_read_timeout 60 s (nginx.org, “Core functionality”, “ngx_http_proxy_module”).
 */
const nginx: Preset = {
  ...presetDefaults,
  name: 'nginx',
  title: 'nginx',
  role: 'proxy',
  images: ['nginx', 'openresty', 'angie', 'kong', 'apisix'],
  programs: ['nginx', 'openresty'],
  concurrency: ({ nodeCores }) => ({
    value: { kind: 'processorSharing', maxConcurrent: 512 * nodeCores, cores: nodeCores },
    basis: `nginx: a worker per core with 1024 connections each, two to a request, ${nodeCores} cores seen`,
  }),
  queueCapacity: 511,
  queueBasis: 'nginx: listen backlog 511 on Linux',
  endpoints: [
    {
      name: 'GET /',
      work: [work('cpu', 100, 0.5)],
      basis:
        'about 10,000 small requests a second and core with TLS and logging, cautious against published nginx tests',
    },
  ],
  callTimeoutMicros: 60_000_000,
  callTimeoutBasis: 'nginx: proxy_read_timeout 60 s',
  bootMicros: 500_000,
};

/** Envoy: a worker thread per core, route timeout 15 s (envoyproxy.io, “How do I configure timeouts?”). */
const envoy: Preset = {
  ...presetDefaults,
  name: 'envoy',
  title: 'Envoy',
  role: 'proxy',
  images: ['envoy', 'contour', 'ambassador', 'emissary', 'proxyv2', 'gloo'],
  programs: ['envoy'],
  concurrency: onAllCores('Envoy: a worker thread per core'),
  endpoints: [
    {
      name: 'GET /',
      work: [work('cpu', 150, 0.5)],
      basis: 'about 7,000 HTTP requests a second and core with filters on',
    },
  ],
  callTimeoutMicros: 15_000_000,
  callTimeoutBasis: 'Envoy: route timeout 15 s',
  bootMicros: 1_000_000,
};

/** HAProxy: a thread per core (nbthread), timeouts have no default but every example sets 'timeout server' (docs.haproxy.org). */
const haproxy: Preset = {
  ...presetDefaults,
  name: 'haproxy',
  title: 'HAProxy',
  role: 'proxy',
  images: ['haproxy'],
  programs: ['haproxy'],
  concurrency: onAllCores('HAProxy: a thread per core'),
  endpoints: [
    {
      name: 'GET /',
      work: [work('cpu', 60, 0.5)],
      basis: 'tens of thousands of HTTP requests a second and core',
    },
  ],
  bootMicros: 300_000,
};

/** Traefik and Caddy: Go servers, a goroutine per request. */
const traefik: Preset = {
  ...presetDefaults,
  name: 'traefik',
  title: 'Traefik or Caddy',
  role: 'proxy',
  images: ['traefik', 'caddy', 'oauth2', 'krakend', 'tyk'],
  programs: ['traefik', 'caddy'],
  concurrency: onAllCores('a goroutine per request on all cores'),
  endpoints: [
    { name: 'GET /', work: [work('cpu', 200, 0.5)], basis: 'about 5,000 HTTP requests a second and core' },
  ],
  bootMicros: 500_000,
};

/** Apache httpd with the event MPM: MaxRequestWorkers 400 = ServerLimit 16 × ThreadsPerChild 25, ListenBacklog 511 (httpd.apache.org, “mpm_common”). */
const httpd: Preset = {
  ...presetDefaults,
  name: 'httpd',
  title: 'Apache httpd',
  role: 'proxy',
  images: ['httpd', 'apache', 'apache2'],
  programs: ['httpd', 'httpd-foreground', 'apachectl'],
  concurrency: ({ nodeCores }) => ({
    value: { kind: 'threadPool', threads: 400, cores: nodeCores },
    basis: 'Apache event MPM: MaxRequestWorkers 400',
  }),
  queueCapacity: 511,
  queueBasis: 'Apache: ListenBacklog 511',
  endpoints: [
    {
      name: 'GET /',
      work: [work('cpu', 300, 0.5)],
      basis: 'some thousands of small files a second and core',
    },
  ],
  callTimeoutMicros: 60_000_000,
  callTimeoutBasis: 'Apache: ProxyTimeout falls back to TimeOut 60 s',
  bootMicros: 500_000,
};

/** PgBouncer: one thread, default_pool_size 20, query_wait_timeout 120 s (pgbouncer.org, “Config”). */
const pgbouncer: Preset = {
  ...presetDefaults,
  name: 'pgbouncer',
  title: 'PgBouncer',
  role: 'proxy',
  images: ['pgbouncer', 'pgcat', 'odyssey', 'proxysql', 'pgpool'],
  programs: ['pgbouncer'],
  ports: [6432],
  concurrency: () => ({ value: { kind: 'eventLoop' }, basis: 'PgBouncer runs on one thread' }),
  endpoints: [
    { name: 'query', work: [work('cpu', 20, 0.5)], basis: 'about 50,000 forwarded queries a second' },
  ],
  pool: {
    size: 20,
    maxWaitMicros: 120_000_000,
    basis: 'PgBouncer: default_pool_size 20, query_wait_timeout 120 s',
  },
  bootMicros: 300_000,
};

/**
 * PostgreSQL: max_connections 100, 3 of them for superusers; the next connection is refused (postgresql.org, “Connections
 * and Authentication”). A backend process serves one connection.
 */
const postgres: Preset = {
  ...presetDefaults,
  name: 'postgres',
  title: 'PostgreSQL',
  role: 'database',
  images: [
    'postgres',
    'postgresql',
    'pgvector',
    'postgis',
    'timescaledb',
    'timescale',
    'cloudnative',
    'spilo',
    'cockroach',
  ],
  programs: ['postgres', 'pg_ctl'],
  ports: [5432],
  concurrency: (settings) => {
    const stated = settings.number(
      'max_connections',
      '--max_connections',
      '--max-connections',
      'POSTGRESQL_MAX_CONNECTIONS',
    );
    const backends = Math.max(1, (stated ?? 100) - 3);
    return {
      value: { kind: 'threadPool', threads: backends, cores: settings.nodeCores },
      basis: `PostgreSQL: max_connections ${stated ?? '100 by default'}, 3 reserved for superusers`,
    };
  },
  queueCapacity: 0,
  queueBasis: 'PostgreSQL refuses connections beyond max_connections',
  endpoints: [
    {
      name: 'query',
      work: [work('cpu', 500, 1.5), work('wait', 1000, 1, 0.1)],
      basis:
        'indexed queries on a warm cache take well under a millisecond; one in ten reads from a network SSD',
    },
  ],
  bootMicros: 3_000_000,
};

/** MySQL and MariaDB: max_connections 151, a thread each, the next is refused (dev.mysql.com, “max_connections”). */
const mysql: Preset = {
  ...presetDefaults,
  name: 'mysql',
  title: 'MySQL or MariaDB',
  role: 'database',
  images: ['mysql', 'mariadb', 'percona', 'tidb', 'vitess'],
  programs: ['mysqld', 'mariadbd'],
  ports: [3306],
  concurrency: (settings) => {
    const stated = settings.number('--max_connections', '--max-connections', 'max_connections');
    return {
      value: { kind: 'threadPool', threads: stated ?? 151, cores: settings.nodeCores },
      basis: `MySQL: max_connections ${stated ?? '151 by default'}`,
    };
  },
  queueCapacity: 0,
  queueBasis: 'MySQL refuses connections beyond max_connections',
  endpoints: [
    {
      name: 'query',
      work: [work('cpu', 500, 1.5), work('wait', 1000, 1, 0.1)],
      basis:
        'indexed queries on a warm cache take well under a millisecond; one in ten reads from a network SSD',
    },
  ],
  bootMicros: 5_000_000,
};

/** MongoDB: at most 128 read and 128 write tickets in the storage engine, adjusted below that since 7.0; operations wait for one (mongodb.com, “WiredTiger”). */
const mongo: Preset = {
  ...presetDefaults,
  name: 'mongo',
  title: 'MongoDB',
  role: 'database',
  images: ['mongo', 'mongodb', 'ferretdb', 'documentdb'],
  programs: ['mongod', 'mongos'],
  ports: [27017],
  concurrency: ({ nodeCores }) => ({
    value: { kind: 'threadPool', threads: 128, cores: nodeCores },
    basis: 'MongoDB: 128 storage engine tickets',
  }),
  endpoints: [
    {
      name: 'find',
      work: [work('cpu', 400, 1.5), work('wait', 1000, 1, 0.1)],
      basis:
        'indexed finds on a warm cache take well under a millisecond; one in ten reads from a network SSD',
    },
  ],
  bootMicros: 3_000_000,
};

/** Redis and its kin: commands run one after another on one thread; over 100,000 small commands a second (redis.io, “Redis benchmark”); maxclients 10000. */
const redis: Preset = {
  ...presetDefaults,
  name: 'redis',
  title: 'Redis',
  role: 'cache',
  images: ['redis', 'valkey', 'keydb', 'dragonfly'],
  programs: ['redis-server', 'valkey-server', 'keydb-server'],
  ports: [6379],
  concurrency: () => ({ value: { kind: 'eventLoop' }, basis: 'Redis runs all commands on one thread' }),
  queueCapacity: 10_000,
  queueBasis: 'Redis: maxclients 10000',
  endpoints: [
    {
      name: 'get',
      work: [work('cpu', 10, 0.3)],
      basis: 'redis-benchmark: about 100,000 small commands a second without pipelining',
    },
    {
      name: 'set',
      work: [work('cpu', 12, 0.3)],
      basis: 'redis-benchmark: writes are a little slower than reads',
    },
  ],
  bootMicros: 500_000,
};

/** Memcached: 4 worker threads, 1024 connections (memcached's wiki, “ConfiguringServer”). */
const memcached: Preset = {
  ...presetDefaults,
  name: 'memcached',
  title: 'Memcached',
  role: 'cache',
  images: ['memcached'],
  programs: ['memcached'],
  ports: [11211],
  concurrency: (settings) => {
    const threads = settings.number('-t', '--threads', 'MEMCACHED_THREADS') ?? 4;
    return {
      value: { kind: 'processorSharing', maxConcurrent: 1024, cores: threads },
      basis: `Memcached: ${threads} worker threads, 1024 connections`,
    };
  },
  endpoints: [{ name: 'get', work: [work('cpu', 8, 0.3)], basis: 'over 100,000 gets a second and thread' }],
  bootMicros: 300_000,
};

/** Kafka: num.io.threads 8 work off a queue of queued.max.requests 500 (kafka.apache.org, “Broker configs”). */
const kafka: Preset = {
  ...presetDefaults,
  name: 'kafka',
  title: 'Kafka',
  role: 'queue',
  images: ['kafka', 'redpanda', 'strimzi', 'pulsar'],
  programs: ['kafka-server-start.sh', 'redpanda', 'rpk'],
  ports: [9092],
  concurrency: (settings) => {
    const threads = settings.number('KAFKA_NUM_IO_THREADS', 'KAFKA_CFG_NUM_IO_THREADS') ?? 8;
    return {
      value: { kind: 'threadPool', threads, cores: settings.nodeCores },
      basis: `Kafka: num.io.threads ${threads}`,
    };
  },
  queueCapacity: 500,
  queueBasis: 'Kafka: queued.max.requests 500',
  endpoints: [
    {
      name: 'produce',
      work: [work('cpu', 100, 0.5), work('wait', 2000, 0.8)],
      basis: 'a small batch appended to the log and acknowledged by the in-sync replicas within milliseconds',
    },
    { name: 'fetch', work: [work('cpu', 100, 0.5)], basis: 'recent records come from the page cache' },
  ],
  bootMicros: 10_000_000,
};

/** RabbitMQ, NATS and their kin: asynchronous brokers that use all cores. */
const broker: Preset = {
  ...presetDefaults,
  name: 'broker',
  title: 'a message broker (RabbitMQ, NATS)',
  role: 'queue',
  images: ['rabbitmq', 'nats', 'activemq', 'artemis', 'mosquitto', 'emqx', 'nsq', 'beanstalkd'],
  programs: ['rabbitmq-server', 'nats-server'],
  ports: [5672, 4222, 1883, 61616],
  concurrency: onAllCores('a broker process per connection and queue on all cores'),
  endpoints: [
    {
      name: 'publish',
      work: [work('cpu', 50, 0.5), work('wait', 1000, 0.8)],
      basis: 'tens of thousands of small messages a second and core; confirms within a millisecond or so',
    },
  ],
  bootMicros: 8_000_000,
};

/** Elasticsearch and OpenSearch: search threads int(processors × 3 / 2) + 1 with a queue of 1000 (elastic.co, “Thread pools”). */
const search: Preset = {
  ...presetDefaults,
  name: 'elasticsearch',
  title: 'Elasticsearch or OpenSearch',
  role: 'search',
  images: ['elasticsearch', 'opensearch', 'solr', 'meilisearch', 'typesense'],
  programs: ['elasticsearch', 'opensearch'],
  ports: [9200],
  concurrency: (settings) => {
    const seen =
      settings.limitCores === null ? settings.nodeCores : Math.max(1, Math.ceil(settings.limitCores));
    return {
      value: { kind: 'threadPool', threads: Math.floor((seen * 3) / 2) + 1, cores: settings.nodeCores },
      basis: `Elasticsearch: int(processors × 3 / 2) + 1 search threads, ${seen} processors seen`,
    };
  },
  queueCapacity: 1000,
  queueBasis: 'Elasticsearch: search queue_size 1000',
  endpoints: [
    {
      name: 'search',
      work: [work('cpu', 15_000, 1.2)],
      basis: 'a full-text search over a few shards in memory takes some ten milliseconds',
    },
  ],
  bootMicros: 20_000_000,
};

/** Object stores: small objects from a network SSD. */
const storage: Preset = {
  ...presetDefaults,
  name: 'object-storage',
  title: 'an object store',
  role: 'storage',
  images: ['minio', 'seaweedfs', 'ceph', 'garage', 'localstack'],
  programs: ['minio'],
  concurrency: onAllCores('a goroutine per request on all cores'),
  endpoints: [
    {
      name: 'get',
      work: [work('cpu', 1000, 0.8), work('wait', 4000, 0.8)],
      basis: 'a small object: signature and checksum on the CPU, some milliseconds of network SSD',
    },
  ],
  bootMicros: 2_000_000,
};

/** Key and configuration stores that a request may ask. */
const keyStore: Preset = {
  ...presetDefaults,
  name: 'key-store',
  title: 'a key store (etcd, Consul, Vault, ZooKeeper)',
  role: 'telemetry',
  images: ['etcd', 'consul', 'vault', 'zookeeper'],
  programs: ['etcd', 'consul', 'vault'],
  ports: [2379, 2181, 8500, 8200],
  concurrency: onAllCores('a goroutine per request on all cores'),
  endpoints: [{ name: 'get', work: [work('cpu', 200, 0.8)], basis: 'small reads from memory' }],
  bootMicros: 3_000_000,
};

/** Watchers: on nobody's path, so their calls are left out. */
const watcher: Preset = {
  ...presetDefaults,
  name: 'telemetry',
  title: 'monitoring, tracing or logging',
  role: 'telemetry',
  images: [
    'prometheus',
    'alertmanager',
    'grafana',
    'jaeger',
    'jaegertracing',
    'openzipkin',
    'zipkin',
    'tempo',
    'loki',
    'otel',
    'opentelemetry',
    'collector',
    'statsd',
    'telegraf',
    'influxdb',
    'fluentd',
    'fluentbit',
    'fluent',
    'vector',
    'logstash',
    'kibana',
    'filebeat',
    'datadog',
    'newrelic',
    'exporter',
    'promtail',
    'mailhog',
    'mailpit',
  ],
  concurrency: onAllCores('a goroutine per request on all cores'),
  endpoints: [{ name: 'push', work: [work('cpu', 200, 0.8)], basis: 'a small batch of measurements' }],
  bootMicros: 2_000_000,
};

/** Watchers come first: `redis-exporter` watches. Then poolers: `postgres-pgbouncer` pools. */
export const infrastructurePresets: readonly Preset[] = [
  watcher,
  pgbouncer,
  postgres,
  mysql,
  mongo,
  redis,
  memcached,
  kafka,
  broker,
  search,
  storage,
  keyStore,
  envoy,
  haproxy,
  traefik,
  nginx,
  httpd,
];
