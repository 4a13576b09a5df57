import type { Board } from './board.ts';
import { all } from './dom.ts';
import type { ViewStore } from './view.ts';

/** The switches by which the reader shows and hides kinds of events; those of all sections act together. */
export function enableMarkSwitches(view: ViewStore, board: Board): void {
  const buttons = all('[data-mark-kind]');
  const show = () => {
    for (const button of buttons) {
      const hidden = view.current.without.includes(button.dataset['markKind']!);
      button.setAttribute('aria-pressed', String(!hidden));
    }
  };
  for (const button of buttons)
    button.addEventListener('click', () => view.toggleKind(button.dataset['markKind']!));
  view.onChange((now, before) => {
    if (now.without === before.without) return;
    show();
    board.restyle();
  });
  show();
}
