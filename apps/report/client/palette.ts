const known = new Map<string, string>();

/** A colour of the theme in force, by its name in the style sheet without `--`. */
export function colour(name: string): string {
  let value = known.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    known.set(name, value);
  }
  return value;
}

/** The same, let through by `alpha` in [0, 1]; the theme's colours are all `#rrggbb`. */
export function translucent(name: string, alpha: number): string {
  return (
    colour(name) +
    Math.round(alpha * 255)
      .toString(16)
      .padStart(2, '0')
  );
}

/** Forgets the colours: the theme has changed. */
export function forgetColours(): void {
  known.clear();
}

/** The font of texts on canvases, for a size in CSS pixels on a screen with `ratio` pixels to one. */
export function canvasFont(size: number, ratio: number, weight = 400): string {
  return `${weight} ${size * ratio}px ${getComputedStyle(document.body).fontFamily}`;
}
