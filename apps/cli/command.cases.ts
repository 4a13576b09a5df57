import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { perform } from './program.ts';
import { openTerminal } from './terminal.ts';

/** How a command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The file that the command runs. */
export const entry = fileURLToPath(new URL('main.ts', import.meta.url));

const environment = { HOME: '/nonexistent', LANG: 'en_US.UTF-8' };

/** Runs a command inside this process, with everything it prints kept apart: quick, for most tests. */
export async function devopsSim(
  args: readonly string[],
  options: Omit<SpawnOptions, 'stdin'> = {},
): Promise<Ended> {
  const text = { out: '', err: '' };
  const env = { ...environment, ...options.env };
  const terminal = (name: 'out' | 'err') =>
    openTerminal(
      {
        write: (part) => {
          text[name] += part;
          return true;
        },
      },
      env,
      { noColor: args.includes('--no-color') },
    );
  const context = { out: terminal('out'), err: terminal('err'), environment: env };
  const code = await perform(args, { ...context, workingFolder: options.cwd ?? tmpdir() });
  return { code, signal: null, stdout: text.out, stderr: text.err };
}

/** Runs the real command as a process of its own, with nothing of the developer's settings, and waits for its end. */
export async function spawned(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  const { child, ended } = start(args, options);
  child.stdin!.end(options.stdin ?? '');
  return ended;
}

/** Starts the real command; standard input stays open. */
export function start(
  args: readonly string[],
  options: SpawnOptions = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const { cwd = tmpdir(), env = {} } = options;
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...environment, ...env },
  });
  // A command may end before it has read its input.
  child.stdin.on('error', () => {});
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Resolves once the command, started with --debug, has said what matches; rejects when it ends before. */
export function said(child: ChildProcess, what: RegExp): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr!.on('data', (part) => {
      text += part;
      if (what.test(text)) resolve();
    });
    child.on('close', () => reject(new Error(`it ended without saying ${what}: ${text}`)));
  });
}

/** A folder with the given files, for the time of `body`. */
export async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'devops-sim-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small system: `web` with two replicas, 30 requests a second, one objective that holds. */
export const shop = `
apiVersion: sim.devops/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  description: A small shop.
  duration: 30s
  sample: 1s
  seed: 5
  objectives:
    - {name: answered, indicator: availability, target: 99%}
  thresholds:
    http_req_duration: ["p(95)<1000"]
  variants:
    - {name: lean, description: One replica., set: {deployment/web.spec.replicas: 1}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: node:22
          ports: [{containerPort: 80}]
          resources: {requests: {cpu: 500m, memory: 128Mi}}
---
apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: web}
spec:
  for: {service: web}
  endpoints:
    - name: GET /
      steps: [{cpu: {exponential: 10ms}}]
---
apiVersion: sim.devops/v1alpha1
kind: Traffic
metadata: {name: visitors}
spec:
  target: {service: web}
  client: {timeout: 1s}
  open: {rate: 30/s}
`;
