import { KubeconfigError, kubeconfigPath, kubeconfigText, mergeInto } from '../../live/kubeconfig.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';

export interface KubeconfigOptions {
  readonly port: number;
  readonly name: string;
  readonly merge: boolean;
}

/** `devops-sim kubeconfig`: prints a context for a live run, or adds it to kubectl's settings. */
export async function kubeconfig(
  _args: string[],
  { port, name, merge }: KubeconfigOptions,
  { out, err, environment }: Context,
): Promise<ExitCode> {
  const entry = { name, port };
  if (!merge) {
    out.write(kubeconfigText(entry));
    return exitCode.pass;
  }
  const file = kubeconfigPath(environment);
  try {
    mergeInto(file, entry);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new UsageError(
      `The settings of kubectl could not be changed: ${error.message}`,
      'Without --merge the context is printed.',
    );
  }
  err.print(`Context ${name} is now the current one in ${file}.`);
  return exitCode.pass;
}
