import { type Preset, presetDefaults, work } from './preset.ts';

/**
 * Fidelity: the platforms that run a business's own code, by the defaults their projects document (credited at each
 * preset). The work per request is an order of magnitude for an ordinary page or JSON route with templates, mapping
 * and validation on one current cloud core, not a measurement of anybody's system: state it in a ServiceModel.
 */

const ordinary = (title: string) =>
  `order of magnitude for an ordinary ${title} route on one core; replace it by a measurement`;

/** Node.js: one thread runs all callbacks (nodejs.org, “The Node.js Event Loop”); node-postgres keeps 10 connections. */
const node: Preset = {
  ...presetDefaults,
  name: 'node',
  title: 'Node.js',
  role: 'application',
  images: [
    'node',
    'nodejs',
    'express',
    'nestjs',
    'nextjs',
    'nuxt',
    'fastify',
    'koa',
    'strapi',
    'deno',
    'bun',
  ],
  programs: ['node', 'npm', 'npx', 'yarn', 'pnpm', 'pm2', 'pm2-runtime', 'deno', 'bun', 'ts-node', 'tsx'],
  environment: ['NODE_ENV', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE', 'NODE_PATH'],
  concurrency: (settings) => {
    const processes = settings.number('WEB_CONCURRENCY', 'PM2_INSTANCES');
    // A cluster of processes is as many event loops behind one port: they share what the container may use.
    if (processes !== null && processes > 1) {
      return {
        value: { kind: 'processorSharing', maxConcurrent: null, cores: processes },
        basis: `${processes} event-loop processes in one container, one core each`,
        processes,
      };
    }
    return { value: { kind: 'eventLoop' }, basis: 'Node.js runs all callbacks on one thread' };
  },
  endpoints: [{ name: 'GET /', work: [work('cpu', 4000, 0.8)], basis: ordinary('Express') }],
  pool: { size: 10, maxWaitMicros: null, basis: 'node-postgres: max 10, waits without limit' },
  bootMicros: 2_000_000,
};

/**
 * Python behind Gunicorn: sync workers serve one request each, one worker by default, 2 × cores + 1 recommended,
 * backlog 2048 (docs.gunicorn.org, “Settings”, “Design”). The interpreter's lock lets one thread of a process run.
 */
const gunicorn: Preset = {
  ...presetDefaults,
  name: 'python',
  title: 'Python (Gunicorn)',
  role: 'application',
  images: ['python', 'django', 'flask', 'gunicorn', 'uwsgi', 'odoo', 'superset', 'airflow', 'netbox', 'pypy'],
  programs: ['gunicorn', 'uwsgi', 'waitress-serve', 'python', 'python3', 'flask', 'django-admin'],
  environment: ['DJANGO_SETTINGS_MODULE', 'FLASK_APP', 'FLASK_ENV', 'GUNICORN_CMD_ARGS', 'PYTHONUNBUFFERED'],
  concurrency: (settings) => {
    const stated = settings.number('WEB_CONCURRENCY', 'GUNICORN_WORKERS', '--workers', '-w', '--processes');
    const seen =
      settings.limitCores === null ? settings.nodeCores : Math.max(1, Math.floor(settings.limitCores));
    const workers = stated ?? 2 * seen + 1;
    const threads = settings.number('GUNICORN_THREADS', 'PYTHON_MAX_THREADS', '--threads') ?? 1;
    return {
      value: { kind: 'threadPool', threads: workers * threads, cores: workers },
      basis:
        stated === null
          ? `Gunicorn's advice of 2 × cores + 1 sync workers, ${seen} cores seen`
          : `${workers} workers × ${threads} threads as configured; one thread of a worker runs at a time`,
      processes: workers,
    };
  },
  queueCapacity: 2048,
  queueBasis: 'Gunicorn: backlog 2048',
  endpoints: [{ name: 'GET /', work: [work('cpu', 15_000, 0.8)], basis: ordinary('Django or Flask') }],
  pool: {
    size: 15,
    maxWaitMicros: 30_000_000,
    basis: 'SQLAlchemy: pool_size 5 + max_overflow 10, pool_timeout 30 s',
  },
  bootMicros: 4_000_000,
};

/** Python on an event loop: one process unless told (uvicorn.org, “Settings”: --workers from WEB_CONCURRENCY or 1; backlog 2048). */
const uvicorn: Preset = {
  ...presetDefaults,
  name: 'uvicorn',
  title: 'Python (Uvicorn)',
  role: 'application',
  images: ['uvicorn', 'fastapi', 'hypercorn', 'starlette', 'daphne', 'sanic', 'aiohttp'],
  programs: ['uvicorn', 'hypercorn', 'daphne', 'granian', 'fastapi'],
  environment: ['UVICORN_HOST', 'UVICORN_PORT'],
  concurrency: (settings) => {
    const workers = settings.number('WEB_CONCURRENCY', 'UVICORN_WORKERS', '--workers') ?? 1;
    if (workers === 1)
      return { value: { kind: 'eventLoop' }, basis: 'Uvicorn runs one event loop by default' };
    return {
      value: { kind: 'processorSharing', maxConcurrent: null, cores: workers },
      basis: `${workers} event-loop processes as configured`,
      processes: workers,
    };
  },
  queueCapacity: 2048,
  queueBasis: 'Uvicorn: backlog 2048',
  endpoints: [{ name: 'GET /', work: [work('cpu', 6000, 0.8)], basis: ordinary('FastAPI') }],
  pool: {
    size: 15,
    maxWaitMicros: 30_000_000,
    basis: 'SQLAlchemy: pool_size 5 + max_overflow 10, pool_timeout 30 s',
  },
  bootMicros: 3_000_000,
};

/**
 * Ruby on Puma: 5 threads on MRI, one process unless WEB_CONCURRENCY says more, backlog 1024 (Puma's README and
 * docs); Rails 7.2 and later generate 3 threads, which RAILS_MAX_THREADS overrides. One thread of a process runs at a time.
 */
const puma: Preset = {
  ...presetDefaults,
  name: 'puma',
  title: 'Ruby (Puma)',
  role: 'application',
  images: ['ruby', 'rails', 'puma', 'sinatra', 'discourse', 'mastodon', 'redmine', 'gitlab', 'jruby'],
  programs: ['puma', 'rails', 'bundle', 'rackup', 'unicorn', 'ruby'],
  environment: ['RAILS_ENV', 'RACK_ENV', 'RAILS_MAX_THREADS', 'RUBYOPT'],
  concurrency: (settings) => {
    const workers = settings.number('WEB_CONCURRENCY', '--workers', '-w') ?? 1;
    const threads = settings.number('RAILS_MAX_THREADS', 'PUMA_MAX_THREADS', 'MAX_THREADS') ?? 5;
    return {
      value: { kind: 'threadPool', threads: workers * threads, cores: workers },
      basis: `Puma: ${workers} process${workers === 1 ? '' : 'es'} × ${threads} threads; one thread of a process runs at a time`,
      processes: workers,
    };
  },
  queueCapacity: 1024,
  queueBasis: 'Puma: backlog 1024',
  endpoints: [{ name: 'GET /', work: [work('cpu', 20_000, 0.8)], basis: ordinary('Rails') }],
  pool: { size: 5, maxWaitMicros: 5_000_000, basis: 'Active Record: pool 5, checkout_timeout 5 s' },
  bootMicros: 8_000_000,
};

/**
 * Java servlets on Tomcat: maxThreads 200, maxConnections 8192, acceptCount 100 (tomcat.apache.org, “The HTTP
 * Connector”); HikariCP keeps 10 connections and waits 30 s (HikariCP's README).
 */
const java: Preset = {
  ...presetDefaults,
  name: 'java',
  title: 'Java (Tomcat)',
  role: 'application',
  images: [
    'java',
    'openjdk',
    'jdk',
    'jre',
    'temurin',
    'corretto',
    'tomcat',
    'spring',
    'springboot',
    'petclinic',
    'jetty',
    'wildfly',
    'quarkus',
    'keycloak',
    'jenkins',
    'liberty',
    'kotlin',
    'scala',
  ],
  programs: ['java', 'catalina.sh', 'mvn', 'gradle', 'sbt'],
  environment: [
    'JAVA_OPTS',
    'JAVA_TOOL_OPTIONS',
    'JDK_JAVA_OPTIONS',
    'SPRING_PROFILES_ACTIVE',
    'CATALINA_OPTS',
  ],
  concurrency: (settings) => {
    const stated = settings.number('SERVER_TOMCAT_THREADS_MAX', 'server.tomcat.threads.max');
    // The virtual machine has counted the cores of its control group since JDK 10; a thread pool still has its own size.
    return {
      value: { kind: 'threadPool', threads: stated ?? 200, cores: settings.nodeCores },
      basis: stated === null ? 'Tomcat: maxThreads 200' : `${stated} Tomcat threads as configured`,
    };
  },
  queueCapacity: 8092,
  queueBasis: 'Tomcat: maxConnections 8192, of which 200 hold a thread, and acceptCount 100 in the kernel',
  endpoints: [{ name: 'GET /', work: [work('cpu', 4000, 1)], basis: ordinary('Spring MVC') }],
  pool: {
    size: 10,
    maxWaitMicros: 30_000_000,
    basis: 'HikariCP: maximumPoolSize 10, connectionTimeout 30 s',
  },
  bootMicros: 15_000_000,
};

/** Go: a goroutine per request over GOMAXPROCS threads (pkg.go.dev/runtime; from Go 1.25 on it respects the CPU limit). */
const go: Preset = {
  ...presetDefaults,
  name: 'go',
  title: 'Go',
  role: 'application',
  images: ['golang', 'go', 'podinfo', 'whoami', 'gitea'],
  programs: ['go'],
  environment: ['GOMAXPROCS', 'GOGC', 'GOMEMLIMIT', 'GIN_MODE', 'GODEBUG'],
  concurrency: (settings) => {
    const stated = settings.number('GOMAXPROCS');
    return {
      value: { kind: 'processorSharing', maxConcurrent: null, cores: stated ?? settings.nodeCores },
      basis:
        stated === null
          ? 'a goroutine per request on all cores of the node'
          : `a goroutine per request on GOMAXPROCS=${stated} threads`,
    };
  },
  endpoints: [{ name: 'GET /', work: [work('cpu', 1000, 1)], basis: ordinary('Go') }],
  bootMicros: 500_000,
};

/** Rust and C++ servers: asynchronous, a worker per core (tokio's default runtime). */
const native: Preset = {
  ...presetDefaults,
  name: 'native',
  title: 'a native asynchronous server (Rust, C++)',
  role: 'application',
  images: ['rust', 'actix', 'axum', 'rocket', 'drogon', 'cpp'],
  programs: ['cargo'],
  environment: ['RUST_LOG', 'RUST_BACKTRACE', 'TOKIO_WORKER_THREADS'],
  concurrency: (settings) => ({
    value: {
      kind: 'processorSharing',
      maxConcurrent: null,
      cores: settings.number('TOKIO_WORKER_THREADS') ?? settings.nodeCores,
    },
    basis: 'tasks on one worker thread per core',
  }),
  endpoints: [{ name: 'GET /', work: [work('cpu', 500, 1)], basis: ordinary('Rust') }],
  bootMicros: 300_000,
};

/** ASP.NET Core on Kestrel: asynchronous, no limit of connections by default; Npgsql keeps up to 100 connections, waits 15 s. */
const dotnet: Preset = {
  ...presetDefaults,
  name: 'dotnet',
  title: '.NET (Kestrel)',
  role: 'application',
  images: ['dotnet', 'aspnet', 'aspnetcore', 'aspnetapp', 'eshop'],
  programs: ['dotnet'],
  environment: ['ASPNETCORE_URLS', 'ASPNETCORE_ENVIRONMENT', 'DOTNET_ENVIRONMENT', 'ASPNETCORE_HTTP_PORTS'],
  concurrency: (settings) => ({
    value: { kind: 'processorSharing', maxConcurrent: null, cores: settings.nodeCores },
    basis: 'Kestrel handles requests asynchronously on all cores, MaxConcurrentConnections is not set',
  }),
  endpoints: [{ name: 'GET /', work: [work('cpu', 1500, 1)], basis: ordinary('ASP.NET Core') }],
  pool: { size: 100, maxWaitMicros: 15_000_000, basis: 'Npgsql: Maximum Pool Size 100, Timeout 15 s' },
  bootMicros: 3_000_000,
};

/** PHP-FPM: a process per request; www.conf as shipped has pm.max_children 5, listen.backlog 511 on Linux (php.net, “FPM configuration”). */
const phpFpm: Preset = {
  ...presetDefaults,
  name: 'php-fpm',
  title: 'PHP-FPM',
  role: 'application',
  images: ['php', 'fpm', 'laravel', 'symfony', 'magento', 'nextcloud'],
  programs: ['php-fpm', 'php'],
  environment: ['PHP_FPM_PM_MAX_CHILDREN', 'APP_DEBUG', 'PHP_INI_DIR'],
  concurrency: (settings) => {
    const stated = settings.number('PHP_FPM_PM_MAX_CHILDREN', 'PM_MAX_CHILDREN', 'FPM_PM_MAX_CHILDREN');
    return {
      value: { kind: 'threadPool', threads: stated ?? 5, cores: settings.nodeCores },
      basis:
        stated === null ? 'PHP-FPM as shipped: pm.max_children 5' : `pm.max_children ${stated} as configured`,
    };
  },
  queueCapacity: 511,
  queueBasis: 'PHP-FPM: listen.backlog 511',
  endpoints: [{ name: 'GET /', work: [work('cpu', 20_000, 0.8)], basis: ordinary('PHP') }],
  bootMicros: 1_000_000,
};

/** Apache with a process per request (mod_php): Debian's mpm_prefork.conf has MaxRequestWorkers 150, ListenBacklog is 511. */
const apachePhp: Preset = {
  ...presetDefaults,
  name: 'apache-php',
  title: 'PHP in Apache',
  role: 'application',
  images: ['wordpress', 'drupal', 'joomla', 'mediawiki', 'phpmyadmin', 'moodle', 'prestashop'],
  programs: ['apache2-foreground'],
  environment: ['WORDPRESS_DB_HOST', 'APACHE_DOCUMENT_ROOT'],
  concurrency: (settings) => ({
    value: { kind: 'threadPool', threads: 150, cores: settings.nodeCores },
    basis: 'Apache prefork as Debian ships it: MaxRequestWorkers 150',
  }),
  queueCapacity: 511,
  queueBasis: 'Apache: ListenBacklog 511',
  endpoints: [{ name: 'GET /', work: [work('cpu', 40_000, 0.8)], basis: ordinary('WordPress') }],
  bootMicros: 3_000_000,
};

/** Erlang and Elixir: a lightweight process per request, a scheduler thread per core (erlang.org, “erl”: +S); Ecto keeps 10 connections. */
const beam: Preset = {
  ...presetDefaults,
  name: 'beam',
  title: 'Elixir',
  role: 'application',
  images: ['elixir', 'phoenix', 'erlang', 'plausible'],
  programs: ['mix', 'elixir', 'iex'],
  environment: ['MIX_ENV', 'PHX_HOST', 'PHX_SERVER', 'RELEASE_COOKIE'],
  concurrency: (settings) => ({
    value: { kind: 'processorSharing', maxConcurrent: null, cores: settings.nodeCores },
    basis: 'a lightweight process per request on one scheduler per core',
  }),
  endpoints: [{ name: 'GET /', work: [work('cpu', 2000, 0.8)], basis: ordinary('Phoenix') }],
  pool: { size: 10, maxWaitMicros: null, basis: 'Ecto: pool_size 10' },
  bootMicros: 3_000_000,
};

/** Nothing is known of the software: every request runs at once, and takes a middling amount of work. */
export const unknownPreset: Preset = {
  ...presetDefaults,
  name: 'default',
  title: 'unknown software',
  role: 'application',
  images: [],
  concurrency: (settings) => ({
    value: { kind: 'processorSharing', maxConcurrent: null, cores: settings.nodeCores },
    basis: 'nothing is known of the software: requests share the cores',
  }),
  endpoints: [
    {
      name: 'GET /',
      work: [work('cpu', 5000, 1)],
      basis: 'a middling guess: nothing is known of the software',
    },
  ],
  bootMicros: 5_000_000,
};

/** More telling names first: an image `acme/django-node` is what its first match says. */
export const platformPresets: readonly Preset[] = [
  uvicorn,
  gunicorn,
  puma,
  java,
  dotnet,
  apachePhp,
  phpFpm,
  beam,
  node,
  native,
  go,
];
