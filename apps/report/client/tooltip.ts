import { one } from './dom.ts';

/** Shows the explanation of whatever has one, on hover and on focus; Esc hides it. */
export function enableTooltips(): void {
  const tip = one('#tip');
  let target: HTMLElement | null = null;

  const hide = () => {
    target?.removeAttribute('aria-describedby');
    target = null;
    tip.hidden = true;
  };
  const show = (event: Event) => {
    const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
    if (element === target) return;
    hide();
    if (element === null || !element.dataset['tip']) return;
    target = element;
    tip.textContent = element.dataset['tip'];
    tip.hidden = false;
    element.setAttribute('aria-describedby', 'tip');
    place(tip, element);
  };
  document.addEventListener('pointerover', show);
  document.addEventListener('focusin', (event) => {
    if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', hide, { passive: true, capture: true });
  document.addEventListener('pointerdown', hide);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
}

/** Below the element, or above it where there is no room; always inside the window. */
function place(tip: HTMLElement, element: HTMLElement): void {
  const at = element.getBoundingClientRect();
  const left = Math.min(
    Math.max(12, at.left + at.width / 2 - tip.offsetWidth / 2),
    innerWidth - tip.offsetWidth - 12,
  );
  const below = at.bottom + 8;
  const top = below + tip.offsetHeight > innerHeight - 8 ? at.top - tip.offsetHeight - 8 : below;
  tip.style.left = `${Math.round(left)}px`;
  tip.style.top = `${Math.round(top)}px`;
}
