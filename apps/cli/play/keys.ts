import { faster, type Pacer, slower } from '../../live/pacer.ts';

const stepMicros = 1_000_000;
const controlC = '\u0003';

/** Lets keys of a terminal steer a live run. Where standard input is no terminal, nothing is read. */
export function listenToKeys(pacer: Pacer, quit: () => void): { release(): void } {
  const { stdin } = process;
  if (!stdin.isTTY) return { release: () => {} };
  const pressed = (key: Buffer) => {
    for (const letter of key.toString('utf8')) obey(letter, pacer, quit);
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', pressed);
  return {
    release() {
      stdin.off('data', pressed);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}

/** What one key does: space pauses, `s` steps, `+` and `-` change the speed, `q` ends. */
export function obey(key: string, pacer: Pick<Pacer, 'paused' | 'speed' | 'step'>, quit: () => void): void {
  switch (key) {
    case ' ':
      pacer.paused = !pacer.paused;
      break;
    case 's':
      pacer.paused = true;
      pacer.step(stepMicros);
      break;
    case '+':
    case '=':
      pacer.speed = faster(pacer.speed);
      break;
    case '-':
      pacer.speed = slower(pacer.speed);
      break;
    case 'q':
    case controlC:
      quit();
      break;
  }
}
