import type { Grammar } from './grammar.ts';

/** Few words that we are sure of: "is not there", "was not found", "was taken off". */
export const zgh: Grammar = {
  classes: {},
  patterns: {
    'not-found': ['ⵓⵔ ~1 (?:ⵜⵍⵍⵉ|ⵉⵍⵍⵉ|ⵍⵍⵉⵏ)', 'ⵓⵔ ~1 ⵏⵓⴼⵉ', 'ⵓⵔ ~2 ⵉⵜⵜⵓⵢⴰⴼ*'],
    removed: ['(?:ⵉ|ⵜ)ⵜⵜⵓⴽⴽⵙ*', '(?:ⵉ|ⵜ)ⵜⵢⴰⴽⴽⵙ*'],
    login: ['ⴽⵛⵎ ~2 ⵙ (?:ⵓⵎⵉⴹⴰⵏ|ⵓⵎⵉⴹⴰⵏ ⵏⵏⴽ)'],
  },
  guess: [],
};
