import { ARABIC_DOMAIN } from '../actors.ts';
import { html } from '../html.ts';
import type { Page, Site } from './page.ts';
import { site } from './page.ts';
import { photoBoard } from './photos.ts';

const ABUSE = 'abuse@sample-host.example';

/** RFC 9116. `Expires` is a year after the world starts. */
function securityTxt(now: Date): string {
  const expires = new Date(now.getTime() + 365 * 86_400_000).toISOString();
  return [
    `Contact: mailto:${ABUSE}`,
    'Contact: http://sample-host.example/abuse',
    `Expires: ${expires}`,
    'Preferred-Languages: fr, ar, en',
    'Canonical: https://sample-host.example/.well-known/security.txt',
    '',
  ].join('\r\n');
}

function company(now: Date): Site {
  return site({
    host: 'sample-host.example',
    address: '127.0.10.2',
    name: 'Sample Hosting',
    lang: 'fr',
    pages: {
      '/': {
        lang: 'fr',
        title: 'Hébergement web',
        body: html`<p>Des sites rapides, hébergés au Maroc. <a href="/abuse">Signaler un abus</a></p>`,
      },
      '/abuse': {
        lang: 'fr',
        title: 'Signaler un abus',
        body: html`<p>Écrire à <a href="mailto:${ABUSE}">${ABUSE}</a>. Réponse sous 24 heures.</p>`,
      },
      '/contact': { lang: 'fr', title: 'Contact', body: html`<p>Sample Hosting SARL, Rabat. <bdi>${ABUSE}</bdi></p>` },
    },
    files: { '/.well-known/security.txt': { type: 'text/plain; charset=utf-8', body: securityTxt(now) } },
  });
}

const post = (author: string, text: string) =>
  html`<article><strong><bdi>${author}</bdi></strong><p>${text}</p></article>`;

const FORUM: Record<string, Page> = {
  '/': {
    lang: 'fr',
    title: 'Forum du quartier',
    body: html`<ul><li><a href="/t/12-velo">Vélo à donner</a></li><li lang="ar"><a href="/t/27-wasfat">وصفات الجدة</a></li>
<li><a href="/t/31-classe">Photos de classe</a></li></ul>`,
  },
  '/contact': { lang: 'fr', title: 'Contact', body: html`<p>moderation@forum.sample-host.example</p>` },
  '/t/12-velo': {
    lang: 'fr',
    title: 'Vélo à donner',
    body: html`${post('Driss', 'Vélo bleu, pneus neufs, à venir chercher à Salé.')}${post('Nora', 'Toujours disponible ?')}`,
  },
  '/t/27-wasfat': {
    lang: 'ar',
    title: 'وصفات الجدة',
    body: html`${post('مريم', 'حريرة بالعدس والحمص، على نار هادئة.')}${post('ياسين', 'شكرا على الوصفة.')}`,
  },
  '/t/31-classe': {
    lang: 'fr',
    title: 'Photos de classe',
    body: html`${post('Ancien élève', 'Quelqu’un a-t-il gardé les photos de la fête de fin d’année ?')}`,
  },
};

const forum = site({
  host: 'forum.sample-host.example',
  address: '127.0.10.4',
  name: 'Forum',
  lang: 'fr',
  accent: '#4338CA',
  pages: FORUM,
});

const chat = site({
  host: 'chat.sample-app.example',
  address: '127.0.20.2',
  name: 'Sample Chat',
  lang: 'en',
  accent: '#4338CA',
  pages: {
    '/': {
      lang: 'en',
      title: 'Talk to your friends',
      body: html`<p>A chat application. <a href="/safety">Safety</a></p>`,
    },
    '/safety': {
      lang: 'en',
      title: 'Safety',
      body: html`<p>Report an account in the application, or write to trust@sample-app.example.</p>`,
    },
    '/contact': { lang: 'en', title: 'Contact', body: html`<p>trust@sample-app.example</p>` },
  },
  page: (path) => {
    const name = /^\/u\/([a-z0-9_.-]{2,30})$/.exec(path)?.[1];
    return name === undefined ? undefined : { lang: 'en', title: `@${name}`, body: html`<p>Member profile.</p>` };
  },
});

const game = site({
  host: 'kids-game.example',
  address: '127.0.10.6',
  name: 'لعبة الذاكرة',
  lang: 'ar',
  accent: '#7A4F00',
  robots: 'User-agent: *\nDisallow: /admin/\nDisallow: /scores/\nAllow: /\n',
  pages: {
    '/': {
      lang: 'ar',
      title: 'لعبة الذاكرة',
      body: html`<p>إيجاد الصور المتشابهة.</p><form action="/scores/"><label>الاسم <input name="name"></label>
<label>العمر <input name="age" inputmode="numeric"></label> <button>بدء اللعب</button></form>`,
    },
    '/confidentialite': {
      lang: 'fr',
      title: 'Confidentialité',
      body: html`<p>Ce jeu ne s’adresse pas aux moins de 13 ans.</p>`,
    },
    '/contact': { lang: 'ar', title: 'اتصال', body: html`<p><bdi>hello@kids-game.example</bdi></p>` },
    '/scores/': { lang: 'ar', title: 'النتائج', body: html`<ol><li>نجمة</li><li>قمر</li></ol>` },
  },
});

const plain = (host: string, last: number, more: { tls?: Site['tls']; dark?: boolean; prefix?: string } = {}): Site =>
  site({
    host,
    address: `${more.prefix ?? '127.0.30'}.${last}`,
    name: host,
    lang: 'en',
    accent: '#55606E',
    tls: more.tls ?? 'ok',
    dark: more.dark ?? false,
    pages: {
      '/': { lang: 'en', title: 'Notes', body: html`<p>Notes about gardens.</p>` },
      '/contact': { lang: 'en', title: 'Contact', body: html`<p>webmaster@${host}</p>` },
      '/notes/1': { lang: 'en', title: 'Lemon trees', body: html`<p>Water them twice a week.</p>` },
    },
  });

/** Every site when the world begins. States are not kept here: see `sites.ts`. */
export function allSites(seed: number, now: Date): Site[] {
  return [
    company(now),
    photoBoard(
      {
        host: 'photos.sample-host.example',
        address: '127.0.10.3',
        name: 'Sample Photos',
        lang: 'fr',
        accent: '#0B5D52',
      },
      seed,
    ),
    forum,
    game,
    photoBoard({ host: ARABIC_DOMAIN, address: '127.0.10.7', name: 'صور قطط', lang: 'ar', accent: '#0B5D52' }, seed),
    plain('moved.example', 8, { prefix: '127.0.10' }),
    plain('api.sample-host.example', 9, { prefix: '127.0.10' }),
    chat,
    photoBoard(
      {
        host: 'photos.elsewhere-host.example',
        address: '127.0.30.2',
        name: 'Elsewhere Photos',
        lang: 'en',
        accent: '#4338CA',
      },
      seed,
    ),
    plain('elsewhere-host.example', 3),
    plain('soft404.example', 4),
    plain('walled.example', 5),
    plain('blocked.example', 6),
    plain('slow.example', 7),
    plain('reset.example', 8),
    plain('expired-tls.example', 9, { tls: 'expired' }),
    plain('wrong-tls.example', 10, { tls: 'wrong-name' }),
    plain('self-signed.example', 11, { tls: 'self-signed' }),
    plain('down.example', 250, { dark: true }),
    plain('parked.example', 2, { prefix: '127.0.40' }),
    plain('parking.example', 3, { prefix: '127.0.40' }),
  ];
}
