import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Chromium's protocol for tools, as far as the browser check of the report needs it. */

type Params = Readonly<Record<string, unknown>>;
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

/** Where Chromium is: `CHROMIUM`, or the first of its usual names on the PATH; null when there is none. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const places = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return places.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One page in a Chromium without a window. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (result: Params) => void; reject: (error: Error) => void }
  >();
  #session: string | undefined;
  #lastId = 0;
  /** What the page complained about: errors on its console and exceptions. */
  readonly complaints: string[] = [];
  /** Every address that the page asked for. */
  readonly requests: string[] = [];

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', (event) => this.#receive(JSON.parse(String(event.data)) as Message));
  }

  static async start(executable: string): Promise<Chromium> {
    const profile = mkdtempSync(path.join(tmpdir(), 'report-check-'));
    const quiet = [
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
    const args = [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
    const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const socket = new WebSocket(await addressOf(child));
    await once(socket, 'open');
    const chromium = new Chromium(child, profile, socket);
    await chromium.#attach();
    return chromium;
  }

  async #attach(): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.send(`${domain}.enable`);
  }

  /** Sends a command and waits for its result. */
  send(method: string, params: Params = {}): Promise<Params> {
    const id = ++this.#lastId;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive({ id, method, params, result, error }: Message): void {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error !== undefined) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result ?? {});
    } else this.#note(method!, JSON.stringify(params), params as never);
  }

  #note(method: string, text: string, params: { type?: string; request?: { url: string } }): void {
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') this.complaints.push(text);
    if (method === 'Runtime.consoleAPICalled' && params.type !== 'log') this.complaints.push(text);
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request!.url);
  }

  /** Sets the window's size in CSS pixels. */
  async resize(width: number, height: number): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  /** Opens an address afresh and waits until its scripts have run and it was painted. */
  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url: 'about:blank' });
    await this.send('Page.navigate', { url });
    await this.until('document.readyState === "complete" && location.href !== "about:blank"');
    await this.settle();
  }

  /** The value of an expression in the page; promises are awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    const { exceptionDetails, result } = answer as { exceptionDetails?: unknown; result: { value: T } };
    assert.equal(exceptionDetails, undefined, `${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    for (let round = 0; round < 200; round++) {
      if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`never became true: ${expression}`);
  }

  /** Waits for two frames, so that what was asked for is on the screen. */
  async settle(): Promise<void> {
    await this.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))',
    );
  }

  async mouse(type: 'Moved' | 'Pressed' | 'Released', x: number, y: number): Promise<void> {
    const buttons = type === 'Moved' ? {} : { button: 'left', clickCount: 1 };
    await this.send('Input.dispatchMouseEvent', { type: `mouse${type}`, x, y, ...buttons });
  }

  /** Presses a key and lets it go: one that writes (`/`) or one with a name (`Escape`). */
  async press(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    const code = { Enter: 13, Escape: 27, ArrowRight: 39, ArrowDown: 40 }[key];
    const virtual = code === undefined ? {} : { windowsVirtualKeyCode: code };
    await this.send('Input.dispatchKeyEvent', {
      type: key.length === 1 ? 'keyDown' : 'rawKeyDown',
      key,
      ...text,
      ...virtual,
    });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, ...virtual });
    await this.settle();
  }

  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
    await this.settle();
  }

  /** Ends the browser and removes what it wrote. */
  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#session = undefined;
    await this.send('Browser.close').catch(() => {});
    await ended;
    this.#socket.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stderr! })) {
    const address = /^DevTools listening on (ws:.+)$/.exec(line)?.[1];
    if (address !== undefined) {
      child.stderr!.resume();
      return address;
    }
  }
  throw new Error('Chromium ended before it listened.');
}
