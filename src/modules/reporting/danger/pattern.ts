import { normalise } from './normalise.ts';

/**
 * The little language the lexicons are written in:
 *   word           a word as people type it; it is normalised like the text, and may become several (d'en)
 *   w[a|b|]rd      spellings inside a word, expanded at start-up
 *   =word          the exact folded spelling, where the lexicon otherwise works on sounds
 *   @name          a class of the lexicon
 *   (x y|z)        alternatives; x?  optional; ..3  up to three words of any kind
 */
export type Pattern =
  | { type: 'words'; words: string[]; exact: boolean }
  | { type: 'sequence'; items: Pattern[] }
  | { type: 'choice'; options: Pattern[] }
  | { type: 'optional'; item: Pattern }
  | { type: 'gap'; max: number };

export type Classes = Readonly<Record<string, string>>;

const lexeme = /\s*(\.\.\d|@[\w-]+|[()|?]|(?:[^\s()|?[\]]|\[[^\]]*\])+)/gy;

function lexemes(source: string): string[] {
  // "a(b|c)" looks like one word and would be two.
  if (/[^\s(|]\(|\)[^\s)|?]|\?[^\s)|]/u.test(source)) throw new Error(`lexicon: a space is missing in "${source}"`);
  const found: string[] = [];
  lexeme.lastIndex = 0;
  const trimmed = source.trimEnd();
  while (lexeme.lastIndex < trimmed.length) {
    const match = lexeme.exec(trimmed);
    if (!match?.[1]) throw new Error(`lexicon: cannot read "${source}"`);
    found.push(match[1]);
  }
  return found;
}

/** Expands the bracketed spellings of a word: "[a|]b[c|d]" gives abc, abd, bc, bd. */
export function expand(word: string): string[] {
  const parts = word.split(/(\[[^\]]*\])/).filter((part) => part !== '');
  return parts.reduce<string[]>(
    (heads, part) => {
      const tails = part.startsWith('[') ? part.slice(1, -1).split('|') : [part];
      return heads.flatMap((head) => tails.map((tail) => head + tail));
    },
    [''],
  );
}

function parseWord(source: string): Pattern {
  const exact = source.startsWith('=');
  const singles: string[] = [];
  const options: Pattern[] = [];
  for (const spelling of expand(exact ? source.slice(1) : source)) {
    const { text, tokens } = normalise(spelling);
    const words = tokens.map((token) => text.slice(token.from, token.to));
    const [first] = words;
    if (first === undefined) throw new Error(`lexicon: "${source}" has an empty spelling`);
    if (words.length === 1) singles.push(first);
    else
      options.push({
        type: 'sequence',
        items: words.map((word): Pattern => ({ type: 'words', words: [word], exact })),
      });
  }
  if (singles.length > 0) options.push({ type: 'words', words: singles, exact });
  return options.length === 1 && options[0] ? options[0] : { type: 'choice', options };
}

/** Single words side by side in a choice become one word set: fewer states, one look-up. */
function choice(options: Pattern[]): Pattern {
  const merged: Pattern[] = [];
  const sets = new Map<boolean, string[]>();
  for (const option of options.flatMap((one) => (one.type === 'choice' ? one.options : [one]))) {
    if (option.type !== 'words') merged.push(option);
    else sets.set(option.exact, [...(sets.get(option.exact) ?? []), ...option.words]);
  }
  for (const [exact, words] of sets) merged.push({ type: 'words', words: [...new Set(words)], exact });
  return merged.length === 1 && merged[0] ? merged[0] : { type: 'choice', options: merged };
}

/** Parses a pattern; classes are put in place. Throws on anything unreadable: a lexicon is code. */
export function parsePattern(source: string, classes: Classes): Pattern {
  const tokens = lexemes(source);
  let at = 0;

  const parseChoice = (): Pattern => {
    const options = [parseSequence()];
    while (tokens[at] === '|') {
      at += 1;
      options.push(parseSequence());
    }
    return choice(options);
  };

  const parseSequence = (): Pattern => {
    const items: Pattern[] = [];
    for (let token = tokens[at]; token !== undefined && token !== '|' && token !== ')'; token = tokens[at]) {
      at += 1;
      const item = parseItem(token);
      if (tokens[at] === '?') {
        at += 1;
        items.push({ type: 'optional', item });
      } else items.push(item);
    }
    if (items.length === 0) throw new Error(`lexicon: an empty alternative in "${source}"`);
    return items.length === 1 && items[0] ? items[0] : { type: 'sequence', items };
  };

  const parseItem = (token: string): Pattern => {
    if (token === '(') {
      const inner = parseChoice();
      if (tokens[at] !== ')') throw new Error(`lexicon: a parenthesis stays open in "${source}"`);
      at += 1;
      return inner;
    }
    if (token.startsWith('..')) return { type: 'gap', max: Number(token.slice(2)) };
    if (!token.startsWith('@')) return parseWord(token);
    const body = classes[token.slice(1)];
    if (body === undefined) throw new Error(`lexicon: no class ${token}`);
    return parsePattern(body, classes);
  };

  const parsed = parseChoice();
  if (at !== tokens.length) throw new Error(`lexicon: a parenthesis too many in "${source}"`);
  return parsed;
}
