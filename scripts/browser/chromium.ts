import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the browser says: an answer to a command, or an event of a page. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** The browser of this machine, or null. `CHROMIUM` names another. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  return places.find((place) => existsSync(place)) ?? null;
}

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...[
    '--disable-background-networking',
    '--disable-component-update',
    '--hide-scrollbars',
    '--window-size=1280,900',
  ],
];

/** A headless browser with one page, driven over the DevTools protocol, which Node.js speaks by itself. */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #events: Message[] = [];
  #waiting: { method: string; resolve: () => void } | null = null;
  #session = '';
  #sent = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
  }

  static async start(program: string): Promise<Chromium> {
    const profile = mkdtempSync(path.join(tmpdir(), 'chromium-'));
    const args = [...quiet, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const socket = new WebSocket(await addressOf(child));
      await new Promise((resolve, reject) => {
        socket.addEventListener('open', resolve);
        socket.addEventListener('error', () => reject(new Error('the browser does not answer')));
      });
      const browser = new Chromium(child, profile, socket);
      await browser.#attach();
      return browser;
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  async #attach(): Promise<void> {
    const { targetInfos } = await this.send('Target.getTargets');
    const page = (targetInfos as { type: string; targetId: string }[]).find(({ type }) => type === 'page');
    const { sessionId } = await this.send('Target.attachToTarget', {
      targetId: page?.targetId,
      flatten: true,
    });
    this.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
  }

  /** Sends a command and gives its answer; throws what the browser objects. */
  send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    this.#sent += 1;
    const id = this.#sent;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result ?? {}),
      );
    });
  }

  #receive(message: Message): void {
    if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
      return;
    }
    this.#events.push(message);
    if (this.#waiting !== null && this.#waiting.method === message.method) this.#waiting.resolve();
  }

  /** What the page reported of one kind since it was opened. */
  events(method: string): Record<string, unknown>[] {
    return this.#events.filter((event) => event.method === method).map((event) => event.params ?? {});
  }

  /** Opens an address in the page and waits until it has loaded. */
  async open(url: string): Promise<void> {
    this.#events.length = 0;
    const loaded = new Promise<void>((resolve) => {
      this.#waiting = { method: 'Page.loadEventFired', resolve };
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page. */
  async value<Value>(expression: string): Promise<Value> {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const answer = await this.send('Runtime.evaluate', options);
    const { result, exceptionDetails } = answer as { result: { value: Value }; exceptionDetails?: unknown };
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Lets the page draw what is due. */
  async frame(): Promise<void> {
    await this.value('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))');
  }

  async mouse(type: 'mouseMoved' | 'mousePressed' | 'mouseReleased', x: number, y: number): Promise<void> {
    const button = type === 'mouseMoved' ? 'none' : 'left';
    await this.send('Input.dispatchMouseEvent', { type, x, y, button, clickCount: 1 });
  }

  async key(key: string): Promise<void> {
    const text = key.length === 1 ? { text: key } : {};
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
    await this.frame();
  }

  /** A picture of the window as PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#socket.close();
    this.#process.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The browser says on standard error where it listens. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr!.on('data', (chunk) => {
      said += chunk;
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
    child.on('exit', (code) => reject(new Error(`the browser ended with ${code}: ${said}`)));
    child.on('error', reject);
  });
}
