import type { ImportedCluster } from '../../../src/model/import/cluster.ts';
import type { PlanStyle } from './impact.ts';
import { harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

interface Written {
  readonly folder: string;
  readonly files: readonly string[];
  readonly valid: boolean;
}

/** What became of a dump, as text for a terminal. */
export function importSummary(
  imported: ImportedCluster,
  { folder, files, valid }: Written,
  { colors, width }: PlanStyle,
): string {
  const { kept, nodes, pools, named, leftOut } = imported;
  const mark = valid ? colors.green('✓') : colors.red('✗');
  const secrets = leftOut.filter(({ what }) => what === 'Secret').reduce((sum, each) => sum + each.count, 0);
  const machines =
    nodes === 0
      ? 'no machines in the dump: as many as the pods need are assumed'
      : pools.length > 0
        ? `${count(nodes, 'machine')} as ${count(pools.length, 'node pool')}: ${pools.map(({ name, count: size }) => `${name} (${size})`).join(', ')}`
        : `${count(nodes, 'machine')}, each by its name, since ${named}`;
  const rows = leftOut.map(({ what, count: number, why }) => [String(number), harmless(what), harmless(why)]);
  const columns = [
    { title: '', align: 'right' as const },
    { title: '', shrinks: true },
    { title: '', shrinks: true },
  ];
  const sections = [
    [
      `${mark} ${count(kept, 'object')} in ${colors.bold(harmless(folder))}: ${files.join(', ')}`,
      ...wrap(harmless(machines), width, '  ', '    '),
      `  ${secrets === 0 ? 'no secrets' : `${count(secrets, 'secret')} dropped`}`,
    ],
    rows.length === 0 ? [] : [colors.bold('Left out'), ...table(columns, rows, { width, indent: 2 })],
    [
      colors.bold('Next'),
      `  devops-sim explain ${folder}    (what was inferred)`,
      `  devops-sim run ${folder}`,
      `  devops-sim explain Traffic    (who comes: nothing in a cluster says it)`,
    ],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
