import { describe, expect, it } from 'vitest';
import { answer, at, html, URL_, words } from './answer.fixture.ts';
import { classify, type Observation } from './classify.ts';
import { readJson } from './json.ts';
import { fingerprintOf } from './signals.ts';

const see = (page: Observation['page'], extra: Partial<Observation> = {}) =>
  classify({ url: URL_, at, vantage: 'rabat', page, ...extra });
const STORY = {
  ar: 'زربية من صوف نسجتها جدتي في الجبل قبل أربعين سنة وهي الآن في بيتنا قرب النافذة الكبيرة مع قطة رمادية',
  fr: 'Un tapis de laine que ma grand-mère a tissé dans la montagne il y a quarante ans, près de la grande fenêtre du salon',
  en: 'A carpet of wool that my grandmother wove in the mountains forty years ago, beside the large window of our old house',
} as const;
const TITLE = { ar: 'زربية جدتي', fr: 'Le tapis de ma grand-mère', en: 'The carpet of my grandmother' } as const;
const living = (lang: keyof typeof STORY, rest: string) =>
  answer({ body: html(TITLE[lang], `<p>${STORY[lang]}</p>${rest}`) });

describe('an author who took a picture out of a living page', () => {
  it.each([
    ['ar', 'حذفت الصورة من المنشور'],
    ['fr', 'J’ai supprimé la photo.'],
    ['en', 'I took the photo down.'],
  ] as const)('changed it, and nothing says that the page is gone: %s', (lang, words) => {
    const baseline = fingerprintOf(living(lang, '<img src="/m/1.jpg">'));
    const { state, reasons } = see(living(lang, `<p>${words}</p>`), { baseline });
    expect([state, reasons[0]]).toEqual(['up-changed', 'text-stays']);
  });

  it('is not heard where only a notice is left, or where a heading says it', () => {
    const baseline = fingerprintOf(living('en', '<img src="/m/1.jpg">'));
    expect(see(answer({ body: html('Oops', '<p>I took the photo down.</p>') }), { baseline }).state).toBe(
      'removed-notice',
    );
    const headed = html(TITLE.en, `<p>${STORY.en}</p><p>I took the photo down.</p>`, 'This photo has been removed');
    expect(see(answer({ body: headed }), { baseline }).state).toBe('removed-notice');
  });
});

describe('small signs that together say "this is no page"', () => {
  const full = fingerprintOf(answer({ body: html('Album', `<p>${words(60)}</p><img src="/m/1.jpg">`) }));
  const page = (excuse: string, { noindex = true, away = true } = {}) =>
    answer({
      body: `<html><head><title>${excuse}</title>${noindex ? '<meta name="robots" content="noindex">' : ''}${
        away ? '<link rel="canonical" href="https://photos.example/">' : ''
      }</head><body><h1>${excuse}</h1><p>${words(20)}</p></body></html>`,
    });
  it.each([
    ['ar', 'عذرا'],
    ['fr', 'Oups'],
    ['en', 'Sorry'],
  ])('are heard when there are four: %s', (_lang, excuse) => {
    const { state, reasons } = see(page(excuse), { baseline: full });
    expect(state).toBe('soft-404');
    expect(reasons).toEqual(['noindex', 'canonical-away', 'excuse', 'shrunk', 'media-gone']);
    expect(see(page(excuse, { noindex: false }), { baseline: full }).state).toBe('soft-404');
    expect(see(page(excuse, { noindex: false, away: false }), { baseline: full }).state).toBe('up-changed');
    // Without a first look there are three at most.
    expect(see(page(excuse)).state).toBe('up-same');
  });
});

describe('where an answer leads', () => {
  const long = html('Un album', `<p>${words(80)}</p>`);
  const to = (finalUrl: string, url = URL_) => {
    const page = {
      ...answer({ body: long, finalUrl }),
      hops: [
        { url, at },
        { url: finalUrl, at },
      ],
    };
    const { state, reasons } = see(page, { url });
    return [state, reasons[0]];
  };
  it.each([
    [
      'the number of the page is lost',
      'https://forum.example/view.php?id=12',
      'https://forum.example/view.php',
      'query-dropped',
    ],
    ['a search for it', 'https://photos.example/album/chats', 'https://photos.example/search?q=chats', 'other-path'],
    [
      'another page of the site',
      'https://photos.example/album/chats',
      'https://photos.example/news/today',
      'other-path',
    ],
    [
      'the front page in Arabic letters',
      'https://photos.example/صور/قطط',
      'https://photos.example/صور',
      'shorter-path',
    ],
  ])('elsewhere: %s', (_name, url, finalUrl, reason) => {
    expect(to(finalUrl, url)).toEqual(['redirected', reason]);
  });
  it.each([
    [
      'only where a visitor came from is lost',
      'https://forum.example/t/12-chats?utm_source=mail&ref=x',
      'https://forum.example/t/12-chats',
    ],
    ['the number moved into the path', 'https://forum.example/view.php?id=812', 'https://forum.example/t/812'],
    [
      'the name stays, the folder changes',
      'https://photos.example/album/chats',
      'https://photos.example/gallery/chats',
    ],
  ])('to the same: %s', (_name, url, finalUrl) => {
    expect(to(finalUrl, url)[0]).toBe('up-same');
  });

  const script = (target: string, text = '') =>
    see(
      answer({ body: `<html><body><p>${text}</p><script>window.location.href = "${target}";</script></body></html>` }),
    );
  it('follows what a script says on a page of few words, and no other', () => {
    expect(script('/login?next=x')).toMatchObject({ state: 'login-wall', reasons: ['script-to-login'] });
    expect(script('/404.html')).toMatchObject({ state: 'soft-404', reasons: ['script-to-missing'] });
    expect(script('/removed')).toMatchObject({ state: 'removed-notice', reasons: ['script-to-removed'] });
    expect(script('https://elsewhere.example/')).toMatchObject({
      state: 'redirected',
      reasons: ['script-to-other-site'],
    });
    expect(script('/login', words(60)).state).toBe('up-same');
  });
});

describe('what an application says', () => {
  const json = (value: object, status = 200) =>
    see(answer({ status, body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }));
  it.each([
    [404, 'soft-404'],
    [410, 'soft-404'],
    [401, 'login-wall'],
    [402, 'login-wall'],
    [403, 'bot-wall'],
    [429, 'bot-wall'],
    [451, 'legal-block'],
    [500, 'unreachable'],
  ])('%s inside a 200 is %s', (code, state) => {
    expect(json({ code })).toEqual({ state, reasons: [`json-${code}`] });
  });
  it.each([
    ['ar', { message: 'تم حذف هذا المنشور' }, 'removed-notice', 'says-removed:ar'],
    ['fr', { erreur: 'Ce message a été supprimé' }, 'removed-notice', 'says-removed:fr'],
    ['en', { error: { reason: 'PostNotFound' } }, 'soft-404', 'says-not-found:en'],
    ['en', { error: 'post_not_found' }, 'soft-404', 'says-not-found:en'],
  ])('in words, %s: %j', (_lang, value, state, reason) => {
    const found = json(value);
    expect([found.state, found.reasons[0]]).toEqual([state, reason]);
  });
  it('is not what it carries: a number or a sentence of somebody in a post says nothing', () => {
    expect(json({ posts: [{ body: 'This post was removed', likes: 404 }] }).state).toBe('up-same');
    expect(readJson('{"data":{"items":[{"code":404}]}}')?.status).toBeUndefined();
    expect(readJson('404')).toBeUndefined();
    expect(readJson('{ not json')).toBeUndefined();
  });
});

describe('one template', () => {
  const made = (address: string, text: string) =>
    answer({ body: html('Tapis', `<p>${text} ${decodeURI(address)}</p>`), finalUrl: address });
  it.each([
    ['ar', 'قائمة الزرابي المتوفرة اليوم في متجرنا'],
    ['fr', 'La liste des tapis que notre magasin vend'],
    ['en', 'The list of carpets that our shop sells'],
  ])('is seen though it repeats the address: %s', (_lang, text) => {
    const probe = made('https://photos.example/album/qwertyuiop', text);
    const asked = { ...probe, hops: [{ url: 'https://photos.example/album/qwertyuiop', at }] };
    expect(see(made(URL_, text), { probe: asked })).toMatchObject({
      state: 'soft-404',
      reasons: ['same-as-random-path'],
    });
    // A page of its own beside a catch-all.
    const other = { ...made('https://photos.example/album/qwertyuiop', words(12)), hops: asked.hops };
    expect(see(made(URL_, text), { probe: other }).state).toBe('up-same');
  });
});
