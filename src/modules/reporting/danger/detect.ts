import { arabic } from './lexicon/arabic.ts';
import { darija } from './lexicon/darija.ts';
import { english } from './lexicon/english.ts';
import { french } from './lexicon/french.ts';
import type { Lexicon } from './lexicon/lexicon.ts';
import { tamazight } from './lexicon/tamazight.ts';
import { Automaton, type Match } from './matcher.ts';
import { type Normalised, normalise, type Token } from './normalise.ts';
import { type Pattern, parsePattern } from './pattern.ts';
import { type DangerKind, type DangerLang, type DangerSignal, dangerKinds } from './signal.ts';
import { entrySkeletons, skeleton } from './skeleton.ts';

const lexicons: readonly Lexicon[] = [arabic, darija, french, tamazight, english];

/** What a pattern says when it matches; `kind` null takes signals away. */
interface Meaning {
  kind: DangerKind | null;
  lang: Lexicon['lang'];
}

const noSets: readonly number[] = [];

/** Which word sets a word of the text belongs to: by its letters, or by its sound. */
class Vocabulary {
  private readonly numbers = new Map<string, number>();
  private readonly byForm = new Map<string, number[]>();
  private readonly bySound = new Map<string, number[]>();

  setNumber(words: readonly string[], sound: boolean): number {
    const key = `${sound ? '~' : '='}${words.join(' ')}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const set = this.numbers.size;
    this.numbers.set(key, set);
    const index = sound ? this.bySound : this.byForm;
    for (const word of words) {
      for (const form of sound ? entrySkeletons(word) : [word]) {
        const sets = index.get(form) ?? [];
        if (!sets.includes(set)) index.set(form, [...sets, set]);
      }
    }
    return set;
  }

  lookUp(word: string, token: Token): readonly number[] {
    let found: number[] | undefined;
    const add = (sets: readonly number[] | undefined): void => {
      if (!sets) return;
      found ??= [];
      for (const set of sets) if (!found.includes(set)) found.push(set);
    };
    if (token.script === 'arab') for (const form of withoutProclitics(word)) add(this.byForm.get(form));
    else add(this.byForm.get(word));
    for (const sound of sounds(word, token)) add(this.bySound.get(sound));
    return found ?? noSets;
  }
}

/*
 * The next two look at letters one by one: they are asked of every word that anybody writes, and expressions cost
 * much more (bench/intake).
 */

/** An Arabic word and what is left of it without و ف, then ب ل ك, then the article. ك before a verb is Darija's. */
function withoutProclitics(word: string): string[] {
  const forms = [word];
  const strip = (length: (form: string) => number, least: number): void => {
    for (let i = 0, given = forms.length; i < given; i += 1) {
      const form = forms[i] as string;
      const cut = length(form);
      if (cut > 0 && form.length - cut >= least) forms.push(form.slice(cut));
    }
  };
  strip((form) => (form[0] === 'و' || form[0] === 'ف' ? 1 : 0), 2);
  strip((form) => {
    if (form[0] === 'ب' || form[0] === 'ل') return 1;
    return form[0] === 'ك' && form[1] !== 'ي' && form[1] !== 'ت' && form[1] !== 'ن' ? 1 : 0;
  }, 3);
  strip((form) => (form[0] === 'ا' && form[1] === 'ل' ? 2 : form[0] === 'ل' ? 1 : 0), 3);
  return forms;
}

/** "u" in front of a word of at least three more sounds, not followed by another vowel, is "and". */
const beginsWithAnd = (sound: string): boolean =>
  sound.length >= 4 && sound[0] === 'u' && sound[1] !== 'i' && sound[1] !== 'u';

/** The sounds a word may be known under: as it is, without "and" in front, without a final ه in Arabic letters. */
function sounds(word: string, token: Token): string[] {
  const whole = skeleton(word);
  if (whole === '') return [];
  const all = [whole];
  if (token.script === 'arab' && word.endsWith('ه') && whole.length > 2) all.push(whole.slice(0, -1));
  if (token.script !== 'tfng')
    for (let i = 0, given = all.length; i < given; i += 1) {
      const sound = all[i] as string;
      if (beginsWithAnd(sound)) all.push(sound.slice(1));
    }
  return all;
}

function compile(): { automaton: Automaton; meanings: Meaning[]; vocabulary: Vocabulary } {
  const vocabulary = new Vocabulary();
  const meanings: Meaning[] = [];
  const patterns: Pattern[] = [];
  const bySound = new Map<Pattern, boolean>();
  for (const lexicon of lexicons) {
    const add = (source: string, kind: DangerKind | null): void => {
      const pattern = parsePattern(source, lexicon.classes);
      bySound.set(pattern, lexicon.bySound);
      patterns.push(pattern);
      meanings.push({ kind, lang: lexicon.lang });
    };
    for (const kind of dangerKinds) for (const source of lexicon.patterns[kind]) add(source, kind);
    for (const source of lexicon.unless) add(source, null);
  }
  const automaton = new Automaton(patterns, (words, exact, pattern) =>
    vocabulary.setNumber(words, !exact && bySound.get(pattern) === true),
  );
  return { automaton, meanings, vocabulary };
}

let compiled: ReturnType<typeof compile> | undefined;
/** Made when the first text comes: it takes a good part of a start, and not every process of the tree reads reports. */
const words = () => {
  compiled ??= compile();
  return compiled;
};

function langOf(lang: Lexicon['lang'], token: Token | undefined): DangerLang {
  if (lang === 'ary') return token?.script === 'latn' ? 'ary-latn' : 'ary';
  if (lang === 'zgh') return token?.script === 'latn' ? 'zgh-latn' : 'zgh';
  return lang;
}

/** Same kind, shared words: one passage. `found` is in order of `first`. */
function join(found: readonly Match[], kindOf: (match: Match) => DangerKind | null): Match[] {
  const joined: Match[] = [];
  const open = new Map<DangerKind | null, Match>();
  for (const match of found) {
    const kind = kindOf(match);
    const last = open.get(kind);
    if (last && match.first <= last.last) last.last = Math.max(last.last, match.last);
    else {
      const copy = { ...match };
      open.set(kind, copy);
      joined.push(copy);
    }
  }
  return joined;
}

function toSignal(match: Match, normalised: Normalised): DangerSignal | undefined {
  const { text, starts, ends, tokens } = normalised;
  const first = tokens[match.first];
  const last = tokens[match.last];
  const meaning = words().meanings[match.pattern];
  if (!first || !last || !meaning?.kind) return undefined;
  return {
    kind: meaning.kind,
    lang: langOf(meaning.lang, first),
    term: text.slice(first.from, last.to),
    start: starts[first.from] ?? 0,
    end: ends[last.to - 1] ?? 0,
  };
}

/** `detectDanger` with the work it took, in steps of the matcher; for tests of its growth. */
export function examine(text: string): { signals: DangerSignal[]; steps: number } {
  const { automaton, meanings, vocabulary } = words();
  const normalised = normalise(text);
  const known = new Map<string, readonly number[]>();
  const sets = normalised.tokens.map((token) => {
    const word = normalised.text.slice(token.from, token.to);
    const before = known.get(word);
    if (before) return before;
    const found = vocabulary.lookUp(word, token);
    known.set(word, found);
    return found;
  });
  const stops = normalised.tokens.map((token) => token.afterStop);
  const { matches, steps } = automaton.run(sets, stops);

  const kindOf = (match: Match): DangerKind | null => meanings[match.pattern]?.kind ?? null;
  const harmless = new Uint8Array(normalised.tokens.length);
  for (const match of matches) if (kindOf(match) === null) harmless.fill(1, match.first, match.last + 1);
  const kept = matches
    .filter((match) => kindOf(match) !== null && !harmless.subarray(match.first, match.last + 1).includes(1))
    .sort((a, b) => a.first - b.first || b.last - a.last);
  const signals = join(kept, kindOf)
    .map((match) => toSignal(match, normalised))
    .filter((signal) => signal !== undefined);
  return { signals, steps };
}

/**
 * Looks for words of danger in free text of any length: somebody speaks of harming themselves, threatens or is
 * threatened, plans a meeting, lives with the person it is about, or is being hurt. Arabic, Darija in both scripts,
 * French, Tamazight in both scripts, English. Never throws; time is linear in the text.
 *
 * A signal raises priority and pages somebody. It decides nothing, and its absence means nothing.
 */
export function detectDanger(text: string): DangerSignal[] {
  return examine(text).signals;
}
