import { type Html, html } from '../html.ts';
import { seeded, seedOf } from '../random.ts';
import type { Page, PageLang, Site } from './page.ts';
import { site } from './page.ts';
import { drawShapes } from './png.ts';

const CAT = (fur: string): Html => html`<svg viewBox="0 0 120 120" width="160" height="160" role="img" aria-label="cat">
<rect width="120" height="120" fill="#FBF8F2"/><path d="M30 25l15 20h30l15-20v50a30 30 0 0 1-60 0z" fill="${fur}"/>
<circle cx="48" cy="62" r="5" fill="#fff"/><circle cx="72" cy="62" r="5" fill="#fff"/><path d="M55 76q5 6 10 0" stroke="#fff" fill="none"/></svg>`;

const ALBUMS: Record<string, { lang: PageLang; title: string; text: string }> = {
  '/album/chats': { lang: 'fr', title: 'Album de chats', text: 'Nos chats du quartier, au soleil et sur les toits.' },
  '/album/qitat': { lang: 'ar', title: 'صور قطط', text: 'قطط الحي في الشمس وعلى السطوح.' },
  '/album/cats': { lang: 'en', title: 'Cats of the quarter', text: 'Our cats, in the sun and on the roofs.' },
};

const WORDS = {
  ar: { photo: 'صورة', album: 'ألبومات' },
  fr: { photo: 'Photo', album: 'Albums' },
  en: { photo: 'Photo', album: 'Albums' },
} as const;

const LANGS = ['fr', 'ar', 'en'] as const;
/** Single photo pages `/p/1` to `/p/9999` all exist, so that a load test never runs out of addresses. */
const PHOTO = /^\/p\/([1-9]\d{0,3})$/;
const ALBUM_PICTURE = /^\/media(\/album\/[a-z]+)\/[1-3]\.png$/;
const PHOTO_PICTURE = /^\/media(\/p\/[1-9]\d{0,3})\.png$/;
const ADJECTIVES = ['blue', 'round', 'sunny', 'quiet', 'small', 'bright', 'green', 'early', 'soft', 'tall'];
const NOUNS = ['lantern', 'teapot', 'kite', 'garden', 'door', 'cedar', 'market', 'boat', 'wall', 'lemon'];

function album(path: string): Page | undefined {
  const facts = ALBUMS[path];
  if (!facts) return undefined;
  const media = [1, 2, 3].map((n) => `/media${path}/${n}.png`);
  return {
    lang: facts.lang,
    title: facts.title,
    media,
    body: html`<p>${facts.text}</p><figure>${CAT('#F2B134')}</figure><figure>${CAT('#55606E')}</figure>
${media.map((m) => html`<figure><img src="${m}" alt="" width="160" height="160"></figure>`)}`,
  };
}

function photo(path: string, seed: number): Page | undefined {
  const number = PHOTO.exec(path)?.[1];
  if (number === undefined) return undefined;
  const lang = LANGS[Number(number) % LANGS.length] ?? 'fr';
  const random = seeded(seedOf(seed, path));
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  const media = `/media${path}.png`;
  return {
    lang,
    title: `${WORDS[lang].photo} ${number}`,
    media: [media],
    body: html`<figure><img src="${media}" alt="" width="160" height="160">
<figcaption lang="en" dir="ltr">${pick(ADJECTIVES)} ${pick(NOUNS)}, ${pick(ADJECTIVES)} ${pick(NOUNS)}</figcaption></figure>`,
  };
}

function front(lang: PageLang): Page {
  return {
    lang,
    title: WORDS[lang].album,
    body: html`<ul>${Object.entries(ALBUMS).map(
      ([path, a]) => html`<li lang="${a.lang}"><a href="${path}"><bdi>${a.title}</bdi></a></li>`,
    )}</ul>`,
  };
}

/** A photo board: three albums, thousands of single photos, every picture drawn from the world's seed. */
export function photoBoard(
  facts: { host: string; address: string; name: string; lang: PageLang; accent: string },
  seed: number,
): Site {
  const ownerOf = (path: string) => ALBUM_PICTURE.exec(path)?.[1] ?? PHOTO_PICTURE.exec(path)?.[1];
  const page = (path: string) => album(path) ?? photo(path, seed);
  return site({
    ...facts,
    pages: {
      '/': front(facts.lang),
      '/contact': { lang: facts.lang, title: 'Contact', body: html`<p><bdi>webmaster@${facts.host}</bdi></p>` },
    },
    page,
    ownerOf,
    picture: (path) => {
      const owner = ownerOf(path);
      return owner !== undefined && page(owner) ? drawShapes(seedOf(seed, path)) : undefined;
    },
  });
}
