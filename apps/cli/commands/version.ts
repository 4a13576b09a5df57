import { simulatorVersion } from '../../../src/run/version.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type DataFormat, printData } from '../render/data.ts';

/** `devops-sim version`. */
export async function printVersion(
  _args: string[],
  chosen: { output: 'table' | DataFormat },
  { out }: Context,
): Promise<ExitCode> {
  const facts = {
    version: simulatorVersion,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
  if (chosen.output !== 'table') printData(facts, chosen.output, out);
  else out.print(`devops-sim ${facts.version} (Node.js ${facts.node}, ${facts.platform})`);
  return exitCode.pass;
}
