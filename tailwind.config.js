// The tokens of Portal's face: colour, space, type. Nothing else in the project
// names a colour or a size of its own.
//
// Colours are CSS variables, so that dark mode is a second set of values and an
// operator's accent (served as /brand.css) a third. Colour means something:
// accent is what one may do, info is calm blue, turn is amber for "your turn",
// danger is red for what destroys, done is what has come to a good end.

const light = {
  paper: '#faf9f5',
  surface: '#ffffff',
  sunken: '#f1efe8',
  ink: '#1a1f22',
  quiet: '#525a5f',
  line: '#dcd8ce',
  edge: '#7d8387',
  focus: '#1857a8',
  accent: '#0b5c55',
  'accent-strong': '#084641',
  'accent-ink': '#ffffff',
  'accent-soft': '#e6efec',
  info: '#1c4e80',
  'info-soft': '#e9f0f7',
  turn: '#7a4a00',
  'turn-soft': '#fbf1da',
  danger: '#a4231b',
  'danger-strong': '#821a14',
  'danger-ink': '#ffffff',
  'danger-soft': '#fbebe8',
  done: '#1d5b3a',
  'done-soft': '#e7f1ea',
  rail: '#20292d',
  'rail-ink': '#f0f3f3',
  'rail-quiet': '#b3bfc2',
  'rail-line': '#3a464b',
};

const dark = {
  paper: '#14181a',
  surface: '#1b2022',
  sunken: '#0f1214',
  ink: '#e9e7e1',
  quiet: '#b0b7ba',
  line: '#343b3e',
  edge: '#858d91',
  focus: '#8fc4ff',
  accent: '#79c9bd',
  'accent-strong': '#9adbd1',
  'accent-ink': '#06201d',
  'accent-soft': '#1c2e2c',
  info: '#a3cbf0',
  'info-soft': '#182838',
  turn: '#f0c873',
  'turn-soft': '#30260f',
  danger: '#f5a49c',
  'danger-strong': '#fbc3bd',
  'danger-ink': '#2b0805',
  'danger-soft': '#371b18',
  done: '#9bd3b0',
  'done-soft': '#182c20',
  rail: '#0b0e10',
  'rail-ink': '#e9e7e1',
  'rail-quiet': '#a3abae',
  'rail-line': '#2a3134',
};

const names = Object.keys(light);
const variables = (set) => Object.fromEntries(names.map((name) => [`--${name}`, set[name]]));

/** @type {import('tailwindcss').Config} */
export default {
  theme: {
    colors: {
      transparent: 'transparent',
      current: 'currentColor',
      ...Object.fromEntries(names.map((name) => [name, `var(--${name})`])),
    },
    // An eight-pixel grid at the browser's own text size; "half" is for the
    // inside of small things.
    spacing: {
      0: '0',
      half: '0.25rem',
      1: '0.5rem',
      2: '1rem',
      3: '1.5rem',
      4: '2rem',
      5: '2.5rem',
      6: '3rem',
      8: '4rem',
      12: '6rem',
      target: '2.75rem', // 44 px: the least that a thumb can hit
    },
    // Six sizes and no more.
    fontSize: {
      small: ['0.875rem', '1.45'],
      body: ['1.0625rem', '1.55'],
      large: ['1.25rem', '1.4'],
      title: ['1.5625rem', '1.3'],
      page: ['2rem', '1.2'],
      figure: ['2.75rem', '1.05'],
    },
    // A humanist face from the reader's own system. Japanese faces are named,
    // or a browser may pick Chinese forms of the same characters.
    fontFamily: {
      sans: [
        'Seravek', '"Segoe UI"', 'Ubuntu', '"Noto Sans"', '"Open Sans"',
        '"Hiragino Sans"', '"Yu Gothic Medium"', '"Yu Gothic"', 'Meiryo',
        '"Noto Sans CJK JP"', '"Noto Sans JP"', 'IPAexGothic', 'IPAPGothic',
        'system-ui', 'sans-serif',
      ],
      mono: ['ui-monospace', '"Cascadia Mono"', 'Menlo', 'Consolas', '"Noto Sans Mono"', 'monospace'],
    },
    maxWidth: { measure: '66ch', page: '76rem', form: '34rem', none: 'none' },
    borderRadius: { none: '0', DEFAULT: '0.25rem', card: '0.375rem', full: '9999px' },
    screens: { tablet: '40rem', wide: '64rem' },
  },
  plugins: [
    ({ addBase }) =>
      addBase({
        ':root': { 'color-scheme': 'light', ...variables(light) },
        '@media (prefers-color-scheme: dark)': {
          ':root:not([data-theme=light])': { 'color-scheme': 'dark', ...variables(dark) },
        },
        ':root[data-theme=dark]': { 'color-scheme': 'dark', ...variables(dark) },
        '@media print': { ':root, :root[data-theme=dark], :root:not([data-theme=light])': { 'color-scheme': 'light', ...variables(light), '--paper': '#ffffff' } },
      }),
  ],
};
