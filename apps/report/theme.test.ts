import assert from 'node:assert/strict';
import { test } from 'node:test';
import { themeColours, themeCss } from './theme.ts';

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function check(foreground: string, background: string, least: number): void {
  for (const theme of [0, 1] as const) {
    const ratio = contrast(themeColours[foreground]![theme], themeColours[background]![theme]);
    assert.ok(
      ratio >= least,
      `${foreground} on ${background}, theme ${theme}: ${ratio.toFixed(2)} < ${least}`,
    );
  }
}

test('texts have the contrast that WCAG AA asks', () => {
  for (const ground of ['ground', 'paper', 'raised']) {
    check('ink', ground, 4.5);
    check('muted', ground, 4.5);
  }
  for (const state of ['pass', 'fail', 'warn']) {
    check(state, 'paper', 4.5);
    check(state, `${state}-soft`, 4.5);
    check('ink', `${state}-soft`, 4.5);
  }
});

test('series and the outlines that mean something stand out from the paper', () => {
  for (const name of Object.keys(themeColours).filter((name) => name.startsWith('ink-')))
    check(name, 'paper', 3);
  check('rule', 'paper', 3);
});

test('no series has the colour of a state', () => {
  for (const theme of [0, 1] as const) {
    const states = ['pass', 'fail', 'warn'].map((name) => themeColours[name]![theme]);
    const series = Object.keys(themeColours).filter((name) => name.startsWith('ink-'));
    for (const name of series) assert.ok(!states.includes(themeColours[name]![theme]), name);
  }
});

test('every colour the styles use is defined', () => {
  const css = themeCss();
  for (const name of Object.keys(themeColours)) assert.equal(css.split(`--${name}:`).length - 1, 5, name);
});
