/**
 * The faces that pages use, under names of our own (the OFL reserves "Plex" for the unmodified fonts). Ranges: Arabic with the letters of Darija (ڭ گ پ ڤ چ); Latin of French and English; the letters of Tamazight
 * in Latin script; Tifinagh. A browser downloads a file only when a page has a character of its range.
 */
const ARABIC =
  'U+060C,U+061B,U+061F,U+0621-063A,U+0640-0655,U+0660-066C,U+0670,U+0671,U+067E,U+0686,U+06A4,U+06A9,U+06AD,U+06AF,U+06CC,U+200C-200F,U+FDFA';
const LATIN =
  'U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+0178,U+02C6,U+02DA,U+02DC,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2039-203A,U+2066-2069,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2264-2265';
const LATIN_TAMAZIGHT =
  'U+010C-010D,U+0190,U+0194,U+01E6-01E7,U+025B,U+0263,U+02B7,U+0331,U+1E0C-1E0D,U+1E24-1E25,U+1E5A-1E5B,U+1E62-1E63,U+1E6C-1E6D,U+1E92-1E93';
const TIFINAGH = 'U+2D30-2D67,U+2D6F-2D70,U+2D7F';

const PLEX_WEIGHTS = [400, 600];
const plex = (script, range, package_, part) =>
  PLEX_WEIGHTS.map((weight) => ({
    name: `${script}-${weight}`,
    family: 'Salama Sans',
    weight: String(weight),
    range,
    source: `${package_}/files/${package_.split('/')[1]}-${part}-${weight}-normal.woff2`,
  }));

/** @type {{ name: string, family: string, weight: string, range: string, source: string }[]} */
export const FACES = [
  ...plex('arabic', ARABIC, '@fontsource/ibm-plex-sans-arabic', 'arabic'),
  ...plex('latin', LATIN, '@fontsource/ibm-plex-sans', 'latin'),
  ...plex('latin-tamazight', LATIN_TAMAZIGHT, '@fontsource/ibm-plex-sans', 'latin-ext'),
  // Noto Sans Tifinagh comes in one weight. As a family of its own it is emboldened for headings; as a face beside a
  // heavier one it would not be.
  {
    name: 'tifinagh-400',
    family: 'Salama Tifinagh',
    weight: '400',
    range: TIFINAGH,
    source: '@fontsource/noto-sans-tifinagh/files/noto-sans-tifinagh-tifinagh-400-normal.woff2',
  },
];

/** "U+41-43,U+20AC" as the text "ABC€". */
export function charactersOf(range) {
  return range
    .split(',')
    .map((part) => {
      const [from, to] = part
        .trim()
        .replace(/^U\+/i, '')
        .split('-')
        .map((hex) => Number.parseInt(hex, 16));
      return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join('');
    })
    .join('');
}
