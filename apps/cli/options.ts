import { InvalidArgumentError, Option } from 'commander';

/** The options of all commands in one place: a flag means the same everywhere and takes a value everywhere or nowhere. */

const collect = (text: string, previous: string[] | undefined) => [...(previous ?? []), text];

function wholeNumber(bounds: { min: number; max: number }) {
  return (text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= bounds.min && value <= bounds.max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${bounds.min} to ${bounds.max}.`);
  };
}

function assignment(text: string, previous: string[] | undefined): string[] {
  if (/^[^=]+=/.test(text)) return collect(text, previous);
  throw new InvalidArgumentError('It must be PATH=VALUE, such as deployment/web.spec.replicas=6.');
}

function speed(text: string): number {
  if (text === 'max') return Number.POSITIVE_INFINITY;
  const value = Number(text.replace(/x$/, ''));
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0, such as 60, or max.');
}

const seedMax = 4_294_967_295;

export const options = {
  file: () =>
    new Option('-f, --file <path>', 'manifests: a file, a folder, or - for standard input; repeatable')
      .argParser(collect)
      .default([]),
  variant: () => new Option('--variant <name>', 'variant of the scenario; the same as SCENARIO:VARIANT'),
  set: () =>
    new Option('--set <path=value>', 'change a value, as in deployment/web.spec.replicas=6; repeatable')
      .argParser(assignment)
      .default([]),
  setA: () =>
    new Option('--set-a <path=value>', 'change a value of side A only; repeatable')
      .argParser(assignment)
      .default([]),
  setB: () =>
    new Option('--set-b <path=value>', 'change a value of side B only; repeatable')
      .argParser(assignment)
      .default([]),
  seed: () =>
    new Option('--seed <number>', 'seed of all randomness; default: the scenario’s').argParser(
      wholeNumber({ min: 0, max: seedMax }),
    ),
  seeds: (meaning: string) =>
    new Option('--seeds <count>', meaning).argParser(wholeNumber({ min: 1, max: 10_000 })),
  jobs: () =>
    new Option('-j, --jobs <count>', 'seeds simulated at once; default: the available cores').argParser(
      wholeNumber({ min: 1, max: 1024 }),
    ),
  duration: () =>
    new Option(
      '--duration <time>',
      'virtual time to simulate, such as 90s, 15m or 24h; default: the scenario’s',
    ),
  strict: () => new Option('--strict', 'unknown kinds and fields are errors').default(false),
  output: (choices: readonly string[]) =>
    new Option('-o, --output <format>', 'what to print on standard output').choices(choices).default('table'),
  report: () => new Option('--report <file>', 'write an HTML report that opens from disk'),
  save: () =>
    new Option('--save <file>', 'write the result as JSON (or its series as CSV if FILE ends in .csv)'),
  speed: () =>
    new Option('--speed <factor>', 'virtual seconds for each real one, or max; default: 1')
      .argParser(speed)
      .default(1),
  apiPort: () =>
    new Option('--api-port <port>', 'port of the Kubernetes API on 127.0.0.1, 0 for any; default: 8001')
      .argParser(wholeNumber({ min: 0, max: 65_535 }))
      .default(8001),
  port: () =>
    new Option('--port <port>', 'port of the live run; default: 8001')
      .argParser(wholeNumber({ min: 1, max: 65_535 }))
      .default(8001),
  startsAt: () =>
    new Option(
      '--starts-at <time>',
      'what the clock of the cluster says at the beginning: now, or as 2026-03-01T09:00:00Z; default: the scenario’s',
    ),
  pause: () => new Option('--pause', 'begin paused').default(false),
  log: () =>
    new Option('--log <file>', 'where the changes are kept; default: commands.ndjson').default(
      'commands.ndjson',
    ),
  merge: () => new Option('--merge', 'add the context to the settings of kubectl').default(false),
  contextName: () => new Option('--name <name>', 'of the context; default: devops-sim').default('devops-sim'),
  at: () => new Option('--at <time>', 'when the change happens; default: after a quarter of the run'),
  force: (meaning: string) => new Option('--force', meaning).default(false),
  timeout: () => new Option('--timeout <time>', 'after which a drain gives up on a node; default: never'),
  gracePeriod: () =>
    new Option('--grace-period <seconds>', 'seconds that pods get to end; default: their own').argParser(
      wholeNumber({ min: 0, max: 86_400 }),
    ),
  image: () =>
    new Option('--image <image>', 'the new image, as IMAGE or CONTAINER=IMAGE; repeatable')
      .argParser(collect)
      .default([]),
  patch: () => new Option('--patch <file>', 'a strategic merge patch of the workload, YAML or JSON'),
  manifest: () => new Option('--manifest <file>', 'the new manifest of the workload, which is applied'),
  zonesLost: () =>
    new Option('--zones-lost <count>', 'how many zones may fail at once; default: 1')
      .argParser(wholeNumber({ min: 0, max: 10 }))
      .default(1),
  pool: () => new Option('--pool <name>', 'size this node pool only'),
  folder: () => new Option('--to <folder>', 'folder to write; default: cluster').default('cluster'),
  replay: () =>
    new Option('--replay <file>', 'make the changes of a live run again, at their times and with its seed'),
  recursive: () => new Option('--recursive', 'show the fields of fields too').default(false),
  quiet: () => new Option('-q, --quiet', 'print only the verdict, and errors').default(false),
  noProgress: () => new Option('--no-progress', 'no progress line'),
  noColor: () => new Option('--no-color', 'no colours (also: NO_COLOR=1)'),
  debug: () => new Option('--debug', 'say what is being done, and where an internal error is').default(false),
};
