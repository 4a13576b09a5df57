import type { Board } from './board.ts';
import { all, reveal } from './dom.ts';
import type { ViewStore } from './view.ts';

/** Shows the panel of the chosen service only. Returns how to step to the next or previous one. */
export function enableServices(view: ViewStore, board: Board): (step: number) => void {
  const panels = all('[data-panel]');
  const select = document.querySelector<HTMLSelectElement>('#service');
  const show = () => {
    const chosen = String(view.current.service);
    for (const panel of panels) panel.hidden = panel.dataset['panel'] !== chosen;
    for (const node of all('[data-service]')) {
      if (node.dataset['service'] === chosen) node.setAttribute('aria-current', 'true');
      else node.removeAttribute('aria-current');
    }
    if (select !== null) select.value = chosen;
    board.refresh();
  };
  const step = (by: number) => {
    const count = panels.length;
    if (count > 0) view.set({ service: (view.current.service + by + count) % count });
  };

  view.onChange((now, before) => {
    if (now.service !== before.service) show();
  });
  select?.closest('.chooser')?.removeAttribute('hidden');
  select?.addEventListener('change', () => view.set({ service: Number(select.value) }));
  for (const button of all('[data-step-service]')) {
    button.addEventListener('click', () => step(Number(button.dataset['stepService'])));
  }
  for (const node of all('a[data-service]')) {
    node.addEventListener('click', (event) => {
      event.preventDefault();
      view.set({ service: Number(node.dataset['service']) });
      reveal(document.querySelector<HTMLElement>('#services')!);
    });
  }
  show();
  return step;
}
