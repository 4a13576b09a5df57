import type { Board } from './board.ts';
import { forgetColours } from './palette.ts';
import type { ViewStore } from './view.ts';

const dark = () => matchMedia('(prefers-color-scheme: dark)').matches;

/** Keeps the colours as the view, the reader's system and the printer want them. Returns the switch. */
export function enableAppearance(view: ViewStore, board: Board): () => void {
  const apply = (theme: string) => {
    if (theme === '') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    forgetColours();
    board.restyle();
  };
  apply(view.current.theme);
  view.onChange((now, before) => {
    if (now.theme !== before.theme) apply(now.theme);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(view.current.theme));
  // Paper is light: charts are pictures, so they have to be drawn anew for it.
  addEventListener('beforeprint', () => apply('light'));
  addEventListener('afterprint', () => apply(view.current.theme));
  return () => {
    const isDark = view.current.theme === 'dark' || (view.current.theme === '' && dark());
    view.set({ theme: isDark ? 'light' : 'dark' });
  };
}
