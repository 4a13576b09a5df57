import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type ImportedCluster, importCluster } from '../../../src/model/import/cluster.ts';
import type { Import } from '../../../src/model/import-result.ts';
import { catalogue } from '../../../src/run/catalogue.ts';
import type { Context } from '../context.ts';
import { writeFile } from '../deliver.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { quoted, readManifestSets } from '../input/manifest-set.ts';
import { prepare } from '../input/prepare.ts';
import { fileTrouble } from '../input/read.ts';
import { printProblems } from '../problems.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { importSummary } from '../render/import.ts';
import { toYaml } from '../render/yaml.ts';

export interface ImportOptions {
  readonly to: string;
  readonly force: boolean;
  readonly output: 'table' | DataFormat;
  readonly quiet: boolean;
}

/** `devops-sim import cluster`. */
export async function importWhat(args: string[], chosen: ImportOptions, context: Context): Promise<ExitCode> {
  const [what, path] = args;
  if (what !== 'cluster')
    throw new UsageError(`There is nothing to import from "${what}".`, 'Write: import cluster FILE');
  if (path === undefined)
    throw new UsageError(
      'No dump is named.',
      'For example: kubectl get all,cm,pdb,hpa,ing,nodes -A -o yaml | devops-sim import cluster -',
    );
  const [set] = readManifestSets({ scenarios: [], files: [path] }, context.workingFolder);
  const imported = importCluster(set!.files, catalogue);
  const unread = imported.diagnostics.filter(({ severity }) => severity === 'error');
  if (unread.length > 0) {
    printProblems([{ set: set!, variants: [], model: null, diagnostics: unread }], {
      context,
      quiet: chosen.quiet,
    });
    return exitCode.usage;
  }
  if (imported.kept + imported.nodes === 0)
    throw new UsageError(`There is nothing in ${path} that can be simulated.`, reasonsFor(imported));
  const files = textsOf(imported, basename(resolve(context.workingFolder, chosen.to)));
  writeAll(files, chosen, context);
  return report(imported, files, chosen, context);
}

const reasonsFor = ({ leftOut }: ImportedCluster) =>
  leftOut.map(({ what, count, why }) => `${count} ${what}: ${why}`).join('\n');

interface TextFile {
  readonly name: string;
  readonly text: string;
}

function textsOf(imported: ImportedCluster, folder: string): TextFile[] {
  const name =
    folder
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'cluster';
  const topology = {
    apiVersion: 'sim.devops/v1alpha1',
    kind: 'Topology',
    metadata: { name },
    spec: { nodePools: imported.pools },
  };
  return [
    { name: 'scenario.yaml', text: scenarioText(name) },
    ...(imported.pools.length === 0
      ? []
      : [
          {
            name: 'topology.yaml',
            text: `# The machines of the cluster, those that are alike together.\n${toYaml(topology)}`,
          },
        ]),
    ...imported.files.map((file) => ({
      name: `${file.name === 'scenario' || file.name === 'topology' ? 'namespace-' : ''}${file.name}.yaml`,
      text: file.documents.map((document) => toYaml(document)).join('---\n'),
    })),
  ];
}

const scenarioText = (
  name: string,
) => `# The frame of a run. Manifests say what runs; they do not say who comes and what requests cost:
# - Traffic says who comes:             devops-sim explain Traffic
# - ServiceModel says what they cost:   devops-sim explain ServiceModel
# What nobody states is inferred from images, ports and requests: devops-sim explain . lists it.
apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata:
  name: ${name}
spec:
  description: A cluster as it was dumped.
  duration: 30m
  # What users are promised; a run without it has no verdict.
  # objectives:
  #   - {name: available, indicator: availability, target: 99.9%}
`;

function writeAll(
  files: readonly TextFile[],
  { to, force }: ImportOptions,
  { workingFolder }: Context,
): void {
  const folder = resolve(workingFolder, to);
  const there = files.filter(({ name }) => existsSync(join(folder, name)));
  if (there.length > 0 && !force)
    throw new UsageError(
      `${to} already holds ${there.map(({ name }) => name).join(', ')}.`,
      'Choose another folder with --to, or overwrite with --force.',
    );
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`Cannot make the folder ${to}: ${fileTrouble(error)}.`);
  }
  for (const { name, text } of files) writeFile(join(to, name), text, workingFolder);
}

/** Says what was written, and whether it can be run. */
function report(
  imported: ImportedCluster,
  files: readonly TextFile[],
  { to, output, quiet }: ImportOptions,
  context: Context,
): ExitCode {
  const [set] = readManifestSets({ scenarios: [], files: [to] }, context.workingFolder);
  const written = {
    ...set!,
    files: set!.files.filter((file) => files.some(({ name }) => file.name.endsWith(name))),
  };
  const prepared = prepare(written, { set: [], strict: false });
  const errors = prepared.diagnostics.filter(({ severity }) => severity === 'error');
  const valid = prepared.model !== null;
  const { leftOut, kept, nodes, pools, named } = imported;
  const names = files.map(({ name }) => name);
  const data: Import = {
    schema: 'sim.devops/import/v1',
    folder: to,
    valid,
    files: names,
    kept,
    nodes,
    pools: pools.map(({ name, count }) => ({ name, count })),
    nodesKeptByName: named,
    leftOut: [...leftOut],
  };
  if (output !== 'table') printData(data, output, context.out);
  else if (!quiet) {
    const { out } = context;
    out.print(
      importSummary(
        imported,
        { folder: quoted(to), files: names, valid },
        { colors: out.colors, width: out.columns() },
      ),
    );
  }
  if (errors.length > 0) printProblems([{ ...prepared, diagnostics: errors }], { context, quiet });
  return valid ? exitCode.pass : exitCode.usage;
}
