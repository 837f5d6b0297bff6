import { GRAMMARS, type NoticeLang, type NoticeTopic } from './lexicon.ts';
import { fold } from './text.ts';

export interface NoticeHit {
  lang: NoticeLang;
  /** In a title or heading that says hardly anything else, or in the few words that the page has. */
  where: 'head' | 'text';
}
export type NoticeHits = Partial<Record<NoticeTopic, NoticeHit>>;

/** A notice is short. In a longer text the same words are somebody's talk. Words of the page's own text. */
export const SHORT = 120;
/** Up to this many words every sentence of a text counts; of a longer one only those in its opening. */
const NOTICE = 60;
const OPENING = 40;

/** The sentences that begin within the first words of a text. */
function opening(all: readonly string[]): string[] {
  let before = 0;
  return all.filter((s) => {
    const begins = before;
    before += wordsIn(s);
    return begins < OPENING;
  });
}

/** A heading that asks what something means is an article's. */
const ASKS = /^ (?:how to|what (?:is|does|are)|comment |que signifie|qu est ce|ما معني|ما هو|ما هي|كيف )/u;
/** Says of a picture or a post that it is not there, and with a guess beside it not why. */
const UNAVAILABLE = / (?:available|accessible|visible|disponible|متاح|متاحه|متوفر|متوفره) /u;

/** Share of a heading's words that the pattern must cover, so that "How to fix a 404 error" is none. */
const COVER = 0.6;

/** Words and full stops, one space between: what the patterns are written for. */
export function normalise(text: string): string {
  const flat = fold(text.replaceAll('\n', ' . '))
    .replace(/[.!?؟。…|;؛]+/g, ' . ')
    .replace(/[^\p{L}\p{N}. ]+/gu, ' ')
    .replace(/\s+/g, ' ');
  return ` ${flat.trim()} `;
}

function compile(lang: NoticeLang, pattern: string): RegExp {
  const source = fold(pattern.replace(/\{([a-z]+)\}/g, (_, name: string) => GRAMMARS[lang].classes[name] ?? _))
    .replace(/ ?~(\d) ?/g, (_, n: string) => `(?: [^ .]+){0,${n}} `)
    .replace(/(?<=[\p{L}])\*/gu, '[^ .]*');
  return new RegExp(`(?<= )(?:${source.trim()})(?= )`, 'u');
}

const LANGS = Object.keys(GRAMMARS) as NoticeLang[];
const RULES = LANGS.flatMap((lang) =>
  Object.entries(GRAMMARS[lang].patterns).map(([topic, patterns]) => ({
    topic: topic as NoticeTopic,
    lang,
    patterns: patterns.map((p) => compile(lang, p)),
  })),
);
const GUESSES = LANGS.flatMap((lang) => GRAMMARS[lang].guess.map((p) => ({ lang, pattern: compile(lang, p) })));
const guessIn = (sentence: string): NoticeLang | undefined => GUESSES.find((g) => g.pattern.test(sentence))?.lang;

/** Words that are quoted are somebody's, not the page's. */
const withoutQuotes = (text: string) => text.replace(/«[^»]{1,200}»|“[^”]{1,200}”|"[^"]{1,200}"|„[^“]{1,200}“/g, ' ');

const wordsIn = (text: string) => text.split(' ').filter((w) => w && w !== '.').length;
const sentences = (text: string) => text.split(' . ').map((s) => ` ${s.trim()} `);

/**
 * What a page says in place of its content.
 * @param head title and headings, one string each
 * @param own the page's own text, without navigation, footers and links
 */
export function readNotices(head: readonly string[], own: string): NoticeHits {
  const hits: NoticeHits = {};
  const segments = head.flatMap((h) => h.split(/\s[-–—|·•:»/]\s|[|·•»]/)).map((s) => normalise(withoutQuotes(s)));
  const body = normalise(withoutQuotes(own));
  const short = wordsIn(body) <= SHORT;
  const said = short ? [...sentences(body), ...segments] : [];
  // Prose with something before it: a sentence far down in it is about somebody else's page.
  const early = (short && wordsIn(body) > NOTICE ? [...opening(sentences(body)), ...segments] : said).filter(
    (s) => !ASKS.test(s),
  );
  const guessing = said.filter((s) => guessIn(s) !== undefined);
  for (const { topic, lang, patterns } of RULES) {
    if (hits[topic]?.where === 'head') continue;
    const vague = (s: string) => topic === 'removed' && guessing.length > 0 && UNAVAILABLE.test(s);
    const heads = segments.some(
      (segment) =>
        !ASKS.test(segment) &&
        !vague(segment) &&
        patterns.some((p) => {
          const match = p.exec(segment)?.[0];
          return match !== undefined && wordsIn(match) >= COVER * wordsIn(segment);
        }),
    );
    if (heads) {
      hits[topic] = { lang, where: 'head' };
      continue;
    }
    if (hits[topic]) continue;
    const told = early.some(
      (s) => !vague(s) && !(topic === 'removed' && guessing.includes(s)) && patterns.some((p) => p.test(s)),
    );
    if (told) hits[topic] = { lang, where: 'text' };
  }
  // "The page may have been removed" says that it was not found.
  const guessed = guessing[0] === undefined ? undefined : guessIn(guessing[0]);
  if (guessed && !hits.removed && !hits['not-found']) hits['not-found'] = { lang: guessed, where: 'text' };
  // A bare number says it in every language.
  if (!hits['not-found'] && segments.some((s) => /^ (?:404|410)(?: .)* $/.test(s)))
    hits['not-found'] = { lang: 'en', where: 'head' };
  return hits;
}
