import { describe, expect, it } from 'vitest';
import { type NoticeHits, readNotices } from './notices.ts';

/** What was found, as `topic:language@place`. */
const shown = (hits: NoticeHits) => Object.entries(hits).map(([topic, hit]) => `${topic}:${hit.lang}@${hit.where}`);
const inText = (own: string, ...head: string[]) => shown(readNotices(head, own));
const inHead = (...head: string[]) => shown(readNotices(head, ''));

/** Words of nobody's notice, in sentences of ten. */
const prose = (words: number, word: string) =>
  Array.from({ length: words / 10 }, () => Array.from({ length: 10 }, () => word).join(' ')).join('. ');
const WORD = { ar: 'زربيه', fr: 'tapis', en: 'carpet' } as const;
const REMOVED = {
  ar: 'تم حذف هذا الفيديو',
  fr: 'Cette vidéo a été supprimée',
  en: 'This video has been removed',
} as const;
const LANGS = ['ar', 'fr', 'en'] as const;

describe('what a page says in place of its content', () => {
  it.each(LANGS)('counts every sentence of a short text, and of a longer one its opening alone: %s', (lang) => {
    const said = [`removed:${lang}@text`];
    expect(inText(`${prose(40, WORD[lang])}. ${REMOVED[lang]}.`)).toEqual(said);
    // Longer than a notice: what stands far down is about somebody else's page.
    expect(inText(`${REMOVED[lang]}. ${prose(90, WORD[lang])}.`)).toEqual(said);
    expect(inText(`${prose(30, WORD[lang])}. ${REMOVED[lang]}. ${prose(60, WORD[lang])}.`)).toEqual(said);
    expect(inText(`${prose(90, WORD[lang])}. ${REMOVED[lang]}.`)).toEqual([]);
    // Longer still: somebody's talk, wherever it stands, unless a heading says it.
    expect(inText(`${REMOVED[lang]}. ${prose(150, WORD[lang])}.`)).toEqual([]);
    expect(inText(`${prose(150, WORD[lang])}.`, REMOVED[lang])).toEqual([`removed:${lang}@head`]);
  });

  it.each([
    ['ar', 'الصفحة غير موجودة', 'كيف تصلح رسالة الصفحة غير موجودة'],
    ['ar', 'الصفحة غير موجودة', 'ما معنى الصفحة غير موجودة'],
    ['fr', 'Page introuvable', 'Que signifie page introuvable'],
    ['fr', 'Page introuvable', 'Comment réparer une page introuvable'],
    ['en', 'Page not found', 'How to fix page not found'],
    ['en', 'Page not found', 'What is page not found'],
  ])('takes no heading for a notice that asks what one means: %s, %s, %s', (lang, notice, question) => {
    expect(inHead(notice)).toEqual([`not-found:${lang}@head`]);
    expect(inHead(question)).toEqual([]);
    expect(inText(`${question}. Une longue histoire de tapis.`)).toEqual([]);
  });

  it.each([
    ['ar', '«تم حذف هذا الفيديو» قال أخي عن الزربية'],
    ['fr', '« Cette vidéo a été supprimée », disait mon frère du tapis'],
    ['en', '“This video has been removed”, said my brother of the carpet'],
    ['en', '"This video has been removed", said my brother of the carpet'],
  ])('leaves out what is quoted: %s, %s', (_lang, text) => {
    expect(inText(text)).toEqual([]);
  });

  it.each([
    ['ar', 'ربما تم حذف هذه الصفحة أو نقلها', 'قد تكون الصفحة محذوفة'],
    ['fr', 'Cette page a peut être été supprimée', 'Le lien est rompu ou la page a été supprimée'],
    ['en', 'The page may have been removed or renamed', 'Perhaps the page was deleted'],
  ])('reads a guess as "nothing is there", never as a removal: %s', (lang, ...guesses) => {
    for (const guess of guesses) {
      const found = inText(guess);
      expect(found.join(), guess).toContain(`not-found:${lang}`);
      expect(found.join(), guess).not.toContain('removed:');
    }
  });

  it.each([
    ['ar', 'هذا المحتوى غير متاح', 'ربما تم حذفه'],
    ['fr', 'Ce contenu n’est plus disponible', 'Il a peut être été supprimé'],
    ['en', 'This content is not available', 'It may have been removed'],
  ])('says not why something is unavailable where a guess stands beside it: %s', (lang, sentence, guess) => {
    expect(inText(sentence)).toContain(`removed:${lang}@text`);
    expect(inHead(sentence)).toContain(`removed:${lang}@head`);
    for (const found of [inText(`${sentence}. ${guess}.`), inText(`${guess}.`, sentence)])
      expect(found.join()).not.toContain('removed:');
  });

  it.each([
    ['ar', 'هذا العضو غير موجود في قاعدة البيانات'],
    ['fr', 'Ce membre n’est plus dans la base de données'],
    ['en', 'The member is not in the database'],
  ])('finds nothing in somebody’s database: %s', (lang, sentence) => {
    expect(inText(sentence)).toEqual([`not-found:${lang}@text`]);
  });

  it('asks that a heading says hardly anything else', () => {
    expect(inHead('Page not found')).toEqual(['not-found:en@head']);
    const long = 'My aunt has written a long story of one page not found in any book of carpets';
    expect(inText(prose(150, 'carpet'), long)).toEqual([]);
    expect(inText(prose(150, 'carpet'), 'Page not found')).toEqual(['not-found:en@head']);
    // Each part of a title is a heading of its own; the site's name in it is none.
    expect(inHead('Page not found - A site of carpets from all over the country')).toEqual(['not-found:en@head']);
    expect(inHead('موقع الزرابي | الصفحة غير موجودة')).toEqual(['not-found:ar@head']);
    expect(inHead('Le site des tapis · Page introuvable')).toEqual(['not-found:fr@head']);
  });

  it.each(['404', '410', '404 – Le site des tapis', 'موقع الزرابي | 404'])('reads a bare number: %s', (title) => {
    expect(inHead(title).map((hit) => hit.split(':')[0])).toEqual(['not-found']);
  });
  it.each(['1404', '404 tapis', '200'])('and no other: %s', (title) => {
    expect(inHead(title)).toEqual([]);
  });

  it.each([
    ['suspended', 'ar', 'تم تعليق هذا الموقع'],
    ['suspended', 'en', 'This website has been suspended'],
    ['maintenance', 'ar', 'الموقع تحت الصيانة'],
    ['maintenance', 'fr', 'Site en maintenance'],
    ['maintenance', 'en', 'Down for maintenance'],
    ['login', 'ar', 'يجب تسجيل الدخول'],
    ['login', 'fr', 'Veuillez vous connecter'],
    ['login', 'en', 'You must log in'],
    ['geo', 'ar', 'هذا الفيديو غير متاح في بلدك'],
    ['geo', 'fr', 'Cette vidéo n’est pas disponible dans votre pays'],
    ['geo', 'en', 'This video is not available in your country'],
    ['bot', 'ar', 'أثبت أنك إنسان'],
    ['bot', 'en', 'Verify that you are human'],
  ])('knows %s in %s: %s', (topic, lang, sentence) => {
    expect(inText(sentence)).toContain(`${topic}:${lang}@text`);
  });
});
