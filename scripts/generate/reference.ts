import { show } from '../../src/model/explain.ts';
import { type Field, type FieldGroup, fieldOf, groupsOf } from '../../src/model/field.ts';
import { apiVersionOf, type Kind } from '../../src/model/kind.ts';
import { examples } from '../../src/model/kinds/examples.ts';
import { notations } from '../../src/model/notation.ts';
import { asSchema, noDefinitions, type Schema } from '../../src/model/schema.ts';

/** Reference pages, one for each own kind: an example, then a table of fields for each object, in order. */

const generated = '<!-- Generated from the schemas: edit those, then run `npm run generate`. -->';

interface Section {
  readonly title: string;
  readonly anchor: string;
  readonly field: Field;
}

export function kindPage(kind: Kind): string {
  const root = fieldOf(kind.kind, asSchema(kind.schema), { required: true, definitions: noDefinitions });
  const apiVersion = apiVersionOf(kind);
  const lines = [generated, '', `# ${kind.kind}`, '', kind.summary, ''];
  lines.push(`\`apiVersion: ${apiVersion}\`, \`kind: ${kind.kind}\`. In a terminal:`);
  lines.push(
    `\`devops-sim explain ${kind.kind}.spec\`. JSON Schema: [${schemaFile(kind)}](../schema/${schemaFile(kind)}).`,
    '',
  );
  const example = examples[kind.kind];
  if (example !== undefined) lines.push('```yaml', example.trimEnd(), '```', '');
  lines.push(...objectSections(root, kind.kind));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A page for a value that is no document, such as the result of a run. */
export function valuePage(title: string, schema: Schema, intro: readonly string[]): string {
  const root = fieldOf(title, schema, { required: true, definitions: noDefinitions });
  const lines = [generated, '', `# ${title}`, '', ...intro, '', ...objectSections(root, title)];
  return `${lines.join('\n').trimEnd()}\n`;
}

export function schemaFile(kind: Kind): string {
  return `${kind.kind.toLowerCase()}-${kind.version}.json`;
}

export function pageFile(kind: Kind): string {
  return `${kind.kind.toLowerCase()}.md`;
}

/** Which object a field holds: the same object in two places is described once. */
function identity(field: Field): string | null {
  const groups = groupsOf(field, 'own');
  return groups.length === 0
    ? null
    : groups.flatMap((group) => group.fields.map((each) => each.name)).join(' ');
}

function objectSections(root: Field, title: string): string[] {
  const known = new Map<string, Section>();
  const queue: Section[] = [];
  const visit = (field: Field, path: string): Section | null => {
    const id = identity(field);
    if (id === null) return null;
    const seen = known.get(id);
    if (seen !== undefined) return seen;
    const section = { title: path, anchor: anchorOf(path), field };
    known.set(id, section);
    queue.push(section);
    return section;
  };
  visit(root, title);
  const lines: string[] = [];
  for (let section = queue.shift(); section !== undefined; section = queue.shift()) {
    const owner = section.field === root ? '' : `${section.title}.`;
    lines.push(...objectSection(section, (child) => visit(child, `${owner}${child.name}`)), '');
  }
  return lines;
}

function objectSection(section: Section, link: (child: Field) => Section | null): string[] {
  const { field } = section;
  const lines = [`## ${section.title}`, ''];
  const groups = groupsOf(field, 'own');
  const several = groups.length > 1;
  const alsoDistribution = field.type.startsWith('Distribution or');
  if (field.description !== '') lines.push(field.description, '');
  if (several) lines.push(`One of ${words(groups.map(mark))}.`, '');
  if (alsoDistribution) lines.push('A [distribution](distribution.md), or an object:', '');
  if (field.examples.length > 0)
    lines.push(`Examples: ${field.examples.map((each) => code(show(each))).join(', ')}.`, '');
  const rows = new Map<string, string>();
  for (const group of groups) {
    if (group.exactlyOne.length > 0) lines.push(`Exactly one of ${words(group.exactlyOne)}.`, '');
    if (group.atMostOne.length > 0) lines.push(`At most one of ${words(group.atMostOne)}.`, '');
    for (const child of group.fields) {
      if (rows.has(child.name)) continue;
      const note = several && child.name === mark(group) ? `${group.description} ` : '';
      rows.set(child.name, row(child, { section: link(child), note, alternative: several }));
    }
  }
  return [...lines, '| field | type | default | |', '|---|---|---|---|', ...rows.values()];
}

/** The field that tells one kind of object from the others. */
function mark(group: FieldGroup): string {
  return (group.fields.find((field) => field.required) ?? group.fields[0]!).name;
}

function row(field: Field, of: { section: Section | null; note: string; alternative: boolean }): string {
  const { section } = of;
  const plain =
    section === null && field.type.includes('Distribution')
      ? '[`Distribution`](distribution.md)'
      : code(field.type);
  const type = section === null ? plain : `[${code(field.type)}](#${section.anchor})`;
  const stated = field.default === undefined ? '' : code(show(field.default));
  const required = field.required && !of.alternative ? 'required' : stated;
  const allowed = field.words.length > 1 ? ` One of ${words(field.words)}.` : '';
  const sample = field.examples[0];
  const shown = sample !== undefined && section === null && field.words.length <= 1;
  const example = shown && plain === code(field.type) ? ` Example: ${code(show(sample))}.` : '';
  const text = `${of.note}${field.description}${allowed}${example}`.trim();
  return `| ${code(field.name)} | ${type} | ${required} | ${cell(text)} |`;
}

function words(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** As GitHub makes anchors of headings. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

/** How scalars are written. */
export function notationPage(): string {
  const rows = [...notations].map(
    ([name, notation]) =>
      `| ${code(name === 'fineDuration' ? 'duration' : name)} | ${notation.words} | ${notation.example} |`,
  );
  return `${[
    generated,
    '',
    '# Notation',
    '',
    'How quantities are written in the own kinds. Durations are as in Go, with `d` for days; rates are per second unless',
    'they say otherwise, and take `k`, `M` and `G`; a share is a percentage or a number from 0 to 1. Kubernetes kinds keep',
    'the notations of Kubernetes.',
    '',
    '| type | what | written like |',
    '|---|---|---|',
    ...rows.filter((line, index) => !line.includes('80ns') || index === 0),
  ].join('\n')}\n`;
}

/** The table of every kind that is known. */
export function kindsPage(kinds: readonly Kind[]): string {
  const rows = (support: Kind['support']) =>
    kinds
      .filter((kind) => kind.support === support)
      .map((kind) => {
        const name = kind.own ? `[\`${kind.kind}\`](${pageFile(kind)})` : `\`${kind.kind}\``;
        const others = [kind.plural, ...kind.shortNames].map((each) => `\`${each}\``).join(', ');
        return `| ${name} | ${apiVersionOf(kind)} | ${others} | ${kind.summary} |`;
      });
  const head = ['| kind | apiVersion | also called | |', '|---|---|---|---|'];
  return `${[
    generated,
    '',
    '# Kinds',
    '',
    'What can be read. Other kinds are reported and left out, unless a CustomResourceDefinition among the documents defines',
    'them; with `--strict` they are errors. Kubernetes kinds are checked as Kubernetes 1.32 defines them, those of Argo as Argo',
    'Rollouts 1.8 does (field tables: © The Kubernetes Authors, The Argo Authors, Apache-2.0). What `kubectl get -o yaml` prints is',
    'taken as it is: what controllers have made is left out, since they make it anew.',
    '',
    '## Simulated',
    '',
    ...head,
    ...rows('full'),
    '',
    '## Known, and without effect',
    '',
    '| kind | apiVersion | what becomes of it |',
    '|---|---|---|',
    ...kinds
      .filter((kind) => kind.support === 'none')
      .map(
        (kind) => `| \`${kind.kind}\` | ${apiVersionOf(kind)} | ${kind.note ?? 'left out: not simulated'} |`,
      ),
  ].join('\n')}\n`;
}
