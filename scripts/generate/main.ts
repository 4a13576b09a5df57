// `npm run generate` writes every file that follows from the schemas; with --check it only says which are stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapacityPlan } from '../../src/model/capacity-plan-result.ts';
import { Comparison } from '../../src/model/comparison-result.ts';
import { DrainPlan } from '../../src/model/drain-plan-result.ts';
import { Import } from '../../src/model/import-result.ts';
import { Distribution } from '../../src/model/kinds/distribution.ts';
import { ownKinds } from '../../src/model/known-kinds.ts';
import { Result } from '../../src/model/result.ts';
import { Results } from '../../src/model/results-file.ts';
import { RolloutPlan } from '../../src/model/rollout-plan-result.ts';
import { asSchema, type Schema } from '../../src/model/schema.ts';
import { Sweep } from '../../src/model/sweep-result.ts';
import { Validation } from '../../src/model/validation-result.ts';
import { catalogue } from '../../src/world/catalogue.ts';
import { combinedSchema, kindSchema, valueSchema } from './json-schema.ts';
import { kubernetesApi } from './kubernetes-api.ts';
import { kubernetesFields } from './kubernetes-fields.ts';
import { kindPage, kindsPage, notationPage, pageFile, schemaFile, valuePage } from './reference.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const distributionIntro = [
  'Wherever a time varies from request to request it is written as a distribution: a [duration](notation.md) alone for one',
  'that is always the same, or an object that names the family and describes it by what can be measured. Percentiles are',
  'what dashboards show; from two of them a log-normal follows.',
];

interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The union itself, not a reference to it. */
function distribution(): Schema {
  const { $defs } = asSchema(Distribution);
  return { ...$defs!['Distribution'], $defs: $defs! };
}

interface PublishedValue {
  readonly name: string;
  readonly schema: Schema;
  /** The command that prints it. */
  readonly command: string;
  /** What the command does with it; by default it prints it. */
  readonly verb?: string;
  /** Of the page; by default the name. */
  readonly title?: string;
}

const publishedValues: readonly PublishedValue[] = [
  { name: 'Result', schema: asSchema(Result), command: 'devops-sim run -o json' },
  { name: 'Sweep', schema: asSchema(Sweep), command: 'devops-sim run --seeds N -o json' },
  { name: 'Comparison', schema: asSchema(Comparison), command: 'devops-sim compare -o json' },
  {
    name: 'Results',
    schema: asSchema(Results),
    command: 'devops-sim run --seeds N --save FILE.json',
    verb: 'saves',
    title: 'Saved results',
  },
  { name: 'Validation', schema: asSchema(Validation), command: 'devops-sim validate -o json' },
  {
    name: 'Drain-plan',
    schema: asSchema(DrainPlan),
    command: 'devops-sim drain-plan -o json',
    title: 'Drain plan',
  },
  {
    name: 'Rollout-plan',
    schema: asSchema(RolloutPlan),
    command: 'devops-sim rollout-plan -o json',
    title: 'Rollout plan',
  },
  {
    name: 'Capacity-plan',
    schema: asSchema(CapacityPlan),
    command: 'devops-sim capacity -o json',
    title: 'Capacity plan',
  },
  { name: 'Import', schema: asSchema(Import), command: 'devops-sim import cluster -o json' },
];

/** Schema and page of what a command prints. */
function publishedFiles({
  name,
  schema,
  command,
  verb = 'prints',
  title = name,
}: PublishedValue): GeneratedFile[] {
  const file = `${name.toLowerCase()}-v1.json`;
  const intro = [`What \`${command}\` ${verb}, as [JSON Schema](../schema/${file}).`];
  return [
    { path: `docs/schema/${file}`, text: json(valueSchema(schema)) },
    { path: `docs/reference/${name.toLowerCase()}.md`, text: valuePage(title, schema, intro) },
  ];
}

function generatedFiles(): GeneratedFile[] {
  const api = kubernetesApi();
  return [
    ...(api === null ? [] : [{ path: 'src/world/kubernetes/schema/tables/kubernetes.json', text: api }]),
    { path: 'src/model/kubernetes/fields.json', text: kubernetesFields() },
    ...ownKinds.flatMap((kind) => [
      { path: `docs/schema/${schemaFile(kind)}`, text: json(kindSchema(kind)) },
      { path: `docs/reference/${pageFile(kind)}`, text: kindPage(kind) },
    ]),
    { path: 'docs/schema/all.json', text: json(combinedSchema(ownKinds)) },
    ...publishedValues.flatMap(publishedFiles),
    {
      path: 'docs/reference/distribution.md',
      text: valuePage('Distribution', distribution(), distributionIntro),
    },
    { path: 'docs/reference/notation.md', text: notationPage() },
    { path: 'docs/reference/kinds.md', text: kindsPage(catalogue.kinds) },
  ];
}

function isStale(file: GeneratedFile): boolean {
  const full = path.join(root, file.path);
  return !existsSync(full) || readFileSync(full, 'utf8') !== file.text;
}

function write(file: GeneratedFile): void {
  const full = path.join(root, file.path);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, file.text);
}

const stale = generatedFiles().filter(isStale);
if (process.argv.includes('--check')) {
  for (const file of stale) console.error(`${file.path} is stale: run \`npm run generate\`.`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const file of stale) {
    write(file);
    console.log(`wrote ${file.path}`);
  }
}
