import { Argument, Command, type Option } from 'commander';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { options } from './options.ts';

/** What a command is called, takes and prints as help; what it does is loaded only when it is called. */
export interface CommandDefinition {
  readonly command: Command;
  /** `chosen` holds the options by attribute name; `program` is the tree that the command belongs to. */
  readonly run: (args: string[], chosen: never, context: Context, program: Command) => Promise<ExitCode>;
}

interface Page {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly arguments?: readonly Argument[];
  readonly options: readonly Option[];
  readonly after: string;
}

const scenarioForms = `SCENARIO is the name of a scenario (devops-sim list), NAME:VARIANT, or the path of a manifest file or of a folder. Of a folder all .yaml, .yml and .json files are read, in order, without its sub-folders; data files such as CSV traces are found beside the manifests.`;

function page(text: Page): Command {
  const command = new Command(text.name)
    .summary(text.summary)
    .description(text.description)
    .addHelpText('after', `\n${text.after.trim()}\n`);
  for (const argument of text.arguments ?? []) command.addArgument(argument);
  for (const option of text.options) command.addOption(option);
  return command;
}

const defineRun = (): CommandDefinition => ({
  command: page({
    name: 'run',
    summary: 'simulate a scenario and say whether it holds',
    description: `Simulates scenarios and says whether they meet their objectives and thresholds.

${scenarioForms}

Several scenarios are run one after another. Manifests given with -f are added to each of them, and are a scenario of their own when none is named. Helm and Kustomize output is taken as it is.`,
    arguments: [new Argument('[scenario...]', 'name, NAME:VARIANT, file or folder')],
    options: [
      options.file(),
      options.variant(),
      options.set(),
      options.seed(),
      options.seeds('run with this many seeds, from --seed upward, and summarise'),
      options.jobs(),
      options.duration(),
      options.strict(),
      options.output(['table', 'wide', 'json', 'yaml', 'csv', 'html']),
      options.report(),
      options.save(),
      options.replay(),
      options.quiet(),
      options.noProgress(),
    ],
    after: `
Ctrl-C stops at the next moment and prints what there is, marked as partial;
a second Ctrl-C ends at once. The same seed gives the same run, to the last
event: compare trace hashes to be sure.

Examples
  Simulate the day of a launch; write charts to open in a browser
  $ devops-sim run launch-day --report launch-day.html

  What if there were twelve web servers?
  $ devops-sim run launch-day --set deployment/web.spec.replicas=12

  Is it luck? Mean and 95 % interval over 20 seeds
  $ devops-sim run launch-day --seeds 20

  Your own manifests, as Helm prints them
  $ helm template my-chart | devops-sim run -f - -f traffic.yaml

  Figures for other programs
  $ devops-sim run -f manifests/ --duration 15m -o json | jq .objectives

  In CI: the exit code is 99 when an objective is missed
  $ devops-sim run ./shop -q`,
  }),
  run: async (args, chosen, context) => (await import('./commands/run.ts')).run(args, chosen, context),
});

const definePlay = (): CommandDefinition => ({
  command: page({
    name: 'play',
    summary: 'run a scenario live, with kubectl at the controls',
    description: `Runs a scenario while you watch and operate it: its cluster answers kubectl on this machine. Virtual time goes as fast as --speed says. Every change is kept with its virtual time, so that the run can be made again.

${scenarioForms}`,
    arguments: [new Argument('[scenario]', 'name, NAME:VARIANT, file or folder')],
    options: [
      options.file(),
      options.variant(),
      options.set(),
      options.seed(),
      options.duration(),
      options.strict(),
      options.speed(),
      options.apiPort(),
      options.startsAt(),
      options.pause(),
      options.log(),
      options.quiet(),
    ],
    after: `
On a terminal: space pauses, s steps one second, + and - change the speed,
q or Ctrl-C ends and writes the changes.

kubectl get shows ages of virtual time. kubectl describe and kubectl events
reckon ages from this computer's clock, and so does --since-time: with
--starts-at now they agree, as long as the speed is 1.

Examples
  One virtual minute each second; operate it from another terminal
  $ devops-sim play ./shop --speed 60
  $ devops-sim kubeconfig --merge
  $ kubectl get pods --watch

  The same run again, changes included
  $ devops-sim run ./shop --replay commands.ndjson`,
  }),
  run: async (args, chosen, context) => (await import('./commands/play.ts')).play(args, chosen, context),
});

const defineKubeconfig = (): CommandDefinition => ({
  command: page({
    name: 'kubeconfig',
    summary: 'point kubectl at a live run',
    description:
      'Prints settings of kubectl for a live run. With --merge they are added to those that kubectl uses (KUBECONFIG, or ~/.kube/config) and become the current context; all else there stays as it is.',
    options: [options.port(), options.merge(), options.contextName()],
    after: `
Examples
  $ devops-sim kubeconfig --merge
  $ devops-sim kubeconfig --port 9000 > sim.yaml
  $ kubectl --kubeconfig sim.yaml get pods -A`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/kubeconfig.ts')).kubeconfig(args, chosen, context),
});

const defineCompare = (): CommandDefinition => ({
  command: page({
    name: 'compare',
    summary: 'compare two systems under the same demand',
    description: `Compares two sides under the same random numbers: both meet the same users at the same instants, so a difference is a difference of the systems. Each is run with several seeds; differences are paired, with 95 % intervals.

${scenarioForms} A side may also be a result saved earlier with run --save.`,
    arguments: [
      new Argument('<a>', 'one side: scenario, file, folder or saved result'),
      new Argument('[b]', 'the other side; default: A itself, changed by --set-b'),
    ],
    options: [
      options.setA(),
      options.setB(),
      options.set(),
      options.seed(),
      options.seeds('seeds to compare, from --seed upward; default: 5'),
      options.jobs(),
      options.duration(),
      options.strict(),
      options.output(['table', 'wide', 'json', 'yaml', 'csv', 'html']),
      options.report(),
      options.quiet(),
      options.noProgress(),
    ],
    after: `
The exit code is 0 when the comparison could be made, whatever it says.

Examples
  Two sizings
  $ devops-sim compare launch-day:everyday launch-day

  One change, A against B
  $ devops-sim compare launch-day --set-b deployment/web.spec.replicas=12

  Two folders of manifests, with charts
  $ devops-sim compare ./before ./after --seeds 20 --report difference.html

  Against a result saved earlier
  $ devops-sim run shop --save monday.json
  $ devops-sim compare monday.json shop`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/compare.ts')).compare(args, chosen, context),
});

const planOptions = () => [
  options.file(),
  options.variant(),
  options.set(),
  options.seed(),
  options.duration(),
  options.strict(),
  options.output(['table', 'json', 'yaml']),
  options.quiet(),
  options.noProgress(),
];

const defineDrainPlan = (): CommandDefinition => ({
  command: page({
    name: 'drain-plan',
    summary: 'ask what draining nodes would do',
    description: `Runs a scenario with and without kubectl drain --ignore-daemonsets --delete-emptydir-data of the nodes, one after another, under the same demand. Says which pods go, which disruption budgets refuse and why, how long it takes, where the pods find room, and what users feel.

${scenarioForms}`,
    arguments: [new Argument('[words...]', 'SCENARIO NODE…, or with -f only NODE…')],
    options: [
      options.at(),
      options.force('also delete pods that no controller makes anew'),
      options.timeout(),
      options.gracePeriod(),
      ...planOptions(),
    ],
    after: `
The exit code is 0 when all nodes are drained and all objectives hold, 1 when
not, and 2 for wrong input.

Examples
  May this node go, ten minutes into the scenario?
  $ devops-sim drain-plan blocked-drain general-1 --at 10m

  Two nodes of your own cluster, in CI
  $ devops-sim drain-plan -f manifests/ node-3 node-4 --timeout 15m -q

  Which budgets are in the way?
  $ devops-sim drain-plan ./shop node-0 -o json | jq '.budgets[] | select(.blocks)'`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/drain-plan.ts')).planDrain(args, chosen, context),
});

const defineRolloutPlan = (): CommandDefinition => ({
  command: page({
    name: 'rollout-plan',
    summary: 'ask what rolling out a change would do',
    description: `Runs a scenario with and without a new image or spec of a workload, under the same demand. Says how long the rollout takes, how few replicas are available meanwhile, which new pods find no node or don't become ready, whether a deadline passes or an Argo Rollout aborts, and what users feel. How another image behaves is what the ServiceModel says under releases; images that it does not name behave as the present one.

${scenarioForms}`,
    arguments: [new Argument('[words...]', 'SCENARIO WORKLOAD, or with -f only WORKLOAD, as deployment/web')],
    options: [options.at(), options.image(), options.patch(), options.manifest(), ...planOptions()],
    after: `
The exit code is 0 when the rollout completes and all objectives hold, 1 when
not, and 2 for wrong input.

Examples
  Would the analysis of the canary catch this release?
  $ devops-sim rollout-plan bad-canary rollout/checkout --image registry.example/shop/checkout:2.1

  A new spec, in CI
  $ devops-sim rollout-plan -f manifests/ deployment/shop/web --manifest new-web.yaml -q

  More memory for each pod: does the surge still fit?
  $ devops-sim rollout-plan ./shop deployment/web --patch memory.yaml -o json | jq .unplaced`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/rollout-plan.ts')).planRollout(args, chosen, context),
});

const defineCapacity = (): CommandDefinition => ({
  command: page({
    name: 'capacity',
    summary: 'ask how many machines a cluster needs',
    description: `Searches the fewest machines of each node pool with which every pod of the peak finds a node, also when zones fail, and with which users get what the objectives promise. Says what binds: the resource or rule that gives with one machine fewer.

${scenarioForms}`,
    arguments: [new Argument('[scenario]', 'name, NAME:VARIANT, file or folder')],
    options: [options.zonesLost(), options.pool(), ...planOptions()],
    after: `
The exit code is 0 when the machines that there are do (autoscaled pools at
their maximum), 1 when not, and 2 for wrong input.

Examples
  How many machines, so that any zone may fail?
  $ devops-sim capacity hpa-flapping

  One pool, all zones up
  $ devops-sim capacity -f manifests/ --zones-lost 0 --pool general

  In CI
  $ devops-sim capacity ./shop -o json | jq '.pools[] | {name, now, needed}'`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/capacity.ts')).capacity(args, chosen, context),
});

const defineImport = (): CommandDefinition => ({
  command: page({
    name: 'import',
    summary: 'make a scenario of a running cluster',
    description: `Makes a folder of manifests of what kubectl get -A -o yaml prints. What controllers made, status and the server's fields are left out; secrets are dropped, never written. Machines that are alike become node pools, or stay as they are where something asks for them by name. Says what was left out, and why.`,
    arguments: [
      new Argument('<what>', 'what to import').choices(['cluster']),
      new Argument('[file]', 'the dump: a file, a folder, or - for standard input'),
    ],
    options: [
      options.folder(),
      options.force('overwrite files that are there'),
      options.output(['table', 'json', 'yaml']),
      options.quiet(),
    ],
    after: `
The exit code is 0 when the folder can be run, and 2 when not.

Examples
  $ kubectl get deploy,sts,ds,svc,ing,cm,hpa,pdb,nodes -A -o yaml > dump.yaml
  $ devops-sim import cluster dump.yaml --to prod
  $ devops-sim drain-plan prod general-0

  In one go
  $ kubectl get all,cm,pdb,ing,nodes -A -o yaml | devops-sim import cluster -`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/import.ts')).importWhat(args, chosen, context),
});

const defineValidate = (): CommandDefinition => ({
  command: page({
    name: 'validate',
    summary: 'check manifests without running them',
    description: `Reads and compiles scenarios with all their variants and says what is wrong: file, line, what, and how to mend it. All problems are reported at once.

${scenarioForms}`,
    arguments: [new Argument('[scenario...]', 'name, NAME:VARIANT, file or folder')],
    options: [
      options.file(),
      options.variant(),
      options.set(),
      options.strict(),
      options.output(['table', 'json', 'yaml']),
      options.quiet(),
    ],
    after: `
The exit code is 0 without errors and 2 with errors; --strict makes unknown
kinds and fields errors.

Examples
  $ devops-sim validate launch-day
  $ devops-sim validate -f manifests/ --strict
  $ kubectl kustomize overlays/prod | devops-sim validate -f -
  $ devops-sim validate ./shop -o json | jq -r '.diagnostics[].message'`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/validate.ts')).validate(args, chosen, context),
});

const defineExplain = (): CommandDefinition => ({
  command: page({
    name: 'explain',
    summary: 'explain a scenario, or a field of a manifest',
    description: `With a scenario: prints the system as it was understood (services, endpoints, calls, demand), and every value that no manifest states, with where it came from. With a kind or a field: prints its documentation, as kubectl explain does. Without anything: lists the kinds.

${scenarioForms}`,
    arguments: [new Argument('[subject]', 'scenario, file or folder, or KIND[.field[.field…]]')],
    options: [
      options.file(),
      options.variant(),
      options.set(),
      options.duration(),
      options.seed(),
      options.strict(),
      options.recursive(),
      options.output(['table', 'json', 'yaml']),
    ],
    after: `
Examples
  What is assumed about a system?
  $ devops-sim explain -f manifests/

  How is demand written?
  $ devops-sim explain traffic
  $ devops-sim explain ServiceModel.spec.endpoints
  $ devops-sim explain traffic.spec.open --recursive`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/explain.ts')).explain(args, chosen, context),
});

const defineList = (): CommandDefinition => ({
  command: page({
    name: 'list',
    summary: 'list the scenarios that can be run by name',
    description: `Lists scenarios with what they show, their duration and their variants: those in scenarios/ of the working folder, and those that come with devops-sim.`,
    options: [options.output(['table', 'json', 'yaml', 'name'])],
    after: `
Examples
  $ devops-sim list
  $ devops-sim run -q $(devops-sim list -o name)`,
  }),
  run: async (args, chosen, context) => (await import('./commands/list.ts')).list(args, chosen, context),
});

const defineCompletion = (): CommandDefinition => ({
  command: page({
    name: 'completion',
    summary: 'print a completion script for a shell',
    description: 'Prints a script that completes commands, options, scenarios, variants, kinds and files.',
    arguments: [new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish'])],
    options: [],
    after: `
Examples
  For this shell; put it into ~/.bashrc for all
  $ source <(devops-sim completion bash)

  zsh, then start a new shell
  $ devops-sim completion zsh > "\${fpath[1]}/_devops-sim"

  fish
  $ devops-sim completion fish > ~/.config/fish/completions/devops-sim.fish`,
  }),
  run: async (args, _chosen, context) => (await import('./commands/completion.ts')).completion(args, context),
});

const defineVersion = (): CommandDefinition => ({
  command: page({
    name: 'version',
    summary: 'print the version',
    description: 'Prints the versions of devops-sim and of the Node.js that runs it.',
    options: [options.output(['table', 'json', 'yaml'])],
    after: `
Examples
  $ devops-sim version -o json`,
  }),
  run: async (args, chosen, context) =>
    (await import('./commands/version.ts')).printVersion(args, chosen, context),
});

// Called by the completion scripts, not by people.
const defineComplete = (): CommandDefinition => ({
  command: new Command('__complete').argument('[words...]').helpOption(false).allowUnknownOption(),
  run: async (args, _chosen, context, program) =>
    (await import('./complete.ts')).complete(args, context, program),
});

/** All commands in the order of the help page. */
export const commands: readonly (() => CommandDefinition)[] = [
  defineRun,
  definePlay,
  defineKubeconfig,
  defineCompare,
  defineDrainPlan,
  defineRolloutPlan,
  defineCapacity,
  defineImport,
  defineValidate,
  defineExplain,
  defineList,
  defineCompletion,
  defineVersion,
  defineComplete,
];
