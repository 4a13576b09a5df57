/**
 * The page's colours, as [light, dark]. One colour has one meaning: `pass`, `fail` and `warn` say how
 * something stands and never draw a series; `ink-*` draw series and never say how something stands. Series
 * follow the Okabe–Ito idea (distinct without red against green), darkened or lightened until each has a
 * contrast of 3:1 against its background; texts have at least 4.5:1.
 */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ground: ['#f6f7f8', '#0f1318'],
  paper: ['#ffffff', '#171c23'],
  raised: ['#f1f3f5', '#202731'],
  line: ['#dfe3e8', '#2d3641'],
  rule: ['#8a94a1', '#66717f'],
  ink: ['#1b232d', '#e6ebf1'],
  muted: ['#556170', '#9fabb9'],
  focus: ['#1b232d', '#e6ebf1'],
  pass: ['#17693f', '#6fd39b'],
  'pass-soft': ['#e3f3ea', '#16301f'],
  fail: ['#b0241b', '#ff8f85'],
  'fail-soft': ['#fdeae8', '#3b1a18'],
  warn: ['#7a5200', '#eebf5c'],
  'warn-soft': ['#fdf2d9', '#33280f'],
  band: ['#5b6b7f', '#8fa1b8'],
  'ink-offered': ['#667281', '#9aa7b6'],
  'ink-served': ['#0072b2', '#56b4e9'],
  'ink-p50': ['#8d7bd4', '#8273d6'],
  'ink-p95': ['#6344c4', '#b09ff5'],
  'ink-p99': ['#35207f', '#e6deff'],
  'ink-utilisation': ['#007f94', '#4fc3d0'],
  'ink-throttled': ['#8a5a44', '#d3a58a'],
  'ink-queue': ['#b0417f', '#ec8fc3'],
  'ink-inflight': ['#2f4b7c', '#9db8e8'],
  'ink-replicas': ['#1b232d', '#e6ebf1'],
  'ink-retries': ['#6b4f2a', '#d9bf95'],
  'ink-wanted': ['#667281', '#9aa7b6'],
  'ink-ready': ['#1b232d', '#e6ebf1'],
  'ink-unplaced': ['#8a5a44', '#d3a58a'],
  'ink-a': ['#667281', '#9aa7b6'],
  'ink-b': ['#0072b2', '#56b4e9'],
  'ink-delta': ['#6344c4', '#b09ff5'],
  'ink-1': ['#0072b2', '#56b4e9'],
  'ink-2': ['#b0417f', '#ec8fc3'],
  'ink-3': ['#35207f', '#c9bcff'],
  'ink-4': ['#8a5a44', '#d3a58a'],
  'ink-5': ['#0a8ba6', '#4fc3d0'],
  'ink-6': ['#8d7bd4', '#8f80e0'],
  'ink-7': ['#667281', '#9aa7b6'],
  'ink-8': ['#2f4b7c', '#9db8e8'],
};

/** Series that stand for things of one sort (causes, services) take these in turn. */
export const categories = 8;

function declarations(theme: 0 | 1): string {
  const values = Object.entries(colours).map(([name, pair]) => `--${name}:${pair[theme]}`);
  return `color-scheme:${theme === 0 ? 'light' : 'dark'};${values.join(';')}`;
}

/** The colours as CSS: by the reader's preference, unless `data-theme` on the root says otherwise. */
export function themeCss(): string {
  const light = declarations(0);
  const dark = declarations(1);
  return [
    `:root{${light}}`,
    `@media (prefers-color-scheme:dark){:root{${dark}}}`,
    `:root[data-theme=light]{${light}}`,
    `:root[data-theme=dark]{${dark}}`,
    `@media print{:root,:root[data-theme]{${light}}}`,
  ].join('\n');
}

/** The names of all colours, for tests of contrast. */
export const themeColours: typeof colours = colours;
