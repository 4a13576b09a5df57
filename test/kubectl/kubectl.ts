import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kubeconfigText } from '../../apps/live/kubeconfig.ts';

/** What one kubectl said. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The version of the kubectl on the PATH, or null. */
export function kubectlVersion(): string | null {
  const asked = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (asked.status !== 0) return null;
  return (JSON.parse(asked.stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion;
}

const commandMsMax = 30_000;

/** The real kubectl, with a home of its own that is gone afterwards. */
export class Kubectl {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'devops-sim-kubectl-'));
  readonly #environment: NodeJS.ProcessEnv;

  constructor(port: number) {
    const config = this.file('config', kubeconfigText({ name: 'live', port }));
    this.#environment = {
      ...process.env,
      HOME: this.folder,
      KUBECONFIG: config,
      KUBE_EDITOR: '',
      EDITOR: '',
    };
  }

  /** Writes a file of the test; its path. */
  file(name: string, text: string, mode = 0o600): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  /** Runs to the end. */
  ask(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const child = this.start(args, environment);
    let out = '';
    let err = '';
    child.stdout!.on('data', (chunk) => (out += chunk));
    child.stderr!.on('data', (chunk) => (err += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), commandMsMax);
    return new Promise((resolve) => {
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code: code ?? -1, out, err });
      });
    });
  }

  start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn('kubectl', args, { env: { ...this.#environment, ...environment }, cwd: this.folder });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
