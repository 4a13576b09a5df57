import type { Command } from 'commander';

/** `-o=json`, which kubectl accepts, as `-ojson`. */
export function withoutShortEquals(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, i) => (end >= 0 && i > end ? word : word.replace(/^(-[A-Za-z])=/, '$1')));
}

/**
 * Options written before the command are moved behind it, because that is where they are known: kubectl users
 * write `-o json run x` as readily as `run x -o json`.
 */
export function commandFirst(argv: readonly string[], program: Command): string[] {
  const withValue = flagsWithValue(program);
  let at = 0;
  while (at < argv.length && argv[at]!.startsWith('-') && argv[at] !== '--') {
    at += withValue.has(argv[at]!) ? 2 : 1;
  }
  if (at === 0 || at >= argv.length || argv[at] === '--') return [...argv];
  return [argv[at]!, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

function flagsWithValue(program: Command): Set<string> {
  const options = program.commands.flatMap((command) => command.options).filter((option) => option.required);
  const flags = options.flatMap((option) => [option.short, option.long]);
  return new Set(flags.filter((flag) => flag !== undefined));
}
