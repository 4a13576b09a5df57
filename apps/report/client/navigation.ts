import { formatSpan } from '../clock.ts';
import { formatDuration } from '../format.ts';
import type { Payload } from '../payload.ts';
import { all, one, reveal } from './dom.ts';
import type { ViewStore } from './view.ts';

/** Links inside the page: to sections without losing the view in the address, and to stretches of time. */
export function enableNavigation(view: ViewStore): void {
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.defaultPrevented) return;
    const link = event.target.closest<HTMLAnchorElement>('a[href^="#"]');
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const zoom = link.dataset['zoom'];
    if (zoom !== undefined) {
      const [fromSeconds, toSeconds] = zoom.split(',').map(Number) as [number, number];
      view.set({ fromSeconds, toSeconds });
      if (link.closest('#traffic, #services') === null) reveal(one('#traffic'));
    } else {
      const target = document.getElementById(link.getAttribute('href')!.slice(1));
      if (target === null) return;
      reveal(target);
    }
    event.preventDefault();
  });
  markSection();
}

/** Marks the link of the section that is being read. */
function markSection(): void {
  const links = new Map(all<HTMLAnchorElement>('.topbar nav a').map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const link = links.get(entry.target.id);
        if (entry.isIntersecting) link?.setAttribute('aria-current', 'true');
        else link?.removeAttribute('aria-current');
      }
    },
    { rootMargin: '-30% 0px -65% 0px' },
  );
  for (const section of all('main > section')) observer.observe(section);
}

/** Keeps the field that says which stretch of time is shown. */
export function enableRange(view: ViewStore, payload: Payload): void {
  const button = one('#range');
  const show = () => {
    const { fromSeconds, toSeconds } = view.current;
    const span = formatSpan(payload.clock, Math.round(fromSeconds), Math.round(toSeconds));
    button.textContent = view.whole
      ? `whole run, ${formatDuration(Math.round(toSeconds - fromSeconds))}`
      : `${span} ✕`;
    button.classList.toggle('zoomed', !view.whole);
    button.setAttribute(
      'aria-label',
      view.whole ? 'The whole run is shown' : `Shown: ${span}. Show the whole run.`,
    );
  };
  view.onChange(show);
  show();
}
