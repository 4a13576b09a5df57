import type { Command } from '../model/model.ts';

/** A command in a few words, as an operator would tell it: `scale web to 8 replicas`, `drain node-3`, `apply Deployment web`. */
export function commandInWords(command: Command): string {
  if (command.kind === 'scale')
    return `scale ${command.service} to ${command.replicas} ${command.replicas === 1 ? 'replica' : 'replicas'}`;
  if (command.kind === 'drain') return `drain ${[command.node, ...(command.others ?? [])].join(', ')}`;
  const { method, path, contentType } = command.request;
  const target = targetOf(path);
  if (method === 'DELETE') return `delete ${target}`;
  if (method === 'POST') return `create ${target}`;
  if (method === 'PUT') return `replace ${target}`;
  return `${contentType.startsWith('application/apply-patch') ? 'apply' : 'patch'} ${target}`;
}

/** `deployments/web` or `pods/web-0/eviction`, without group and namespace. */
function targetOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const afterVersion = parts.slice(parts[0] === 'api' ? 2 : 3);
  const named =
    afterVersion[0] === 'namespaces' && afterVersion.length > 2 ? afterVersion.slice(2) : afterVersion;
  return named.join('/');
}
