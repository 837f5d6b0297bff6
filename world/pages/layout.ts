import { escapeHtml, Html, html } from '../html.ts';
import type { PageLang, Site } from './page.ts';

const WORDS = {
  ar: { home: 'الرئيسية', contact: 'اتصال', views: 'عدد المشاهدات' },
  fr: { home: 'Accueil', contact: 'Contact', views: 'vues' },
  en: { home: 'Home', contact: 'Contact', views: 'views' },
} as const;

const style = (accent: string) => `
body{margin:0;font:16px/1.6 system-ui,sans-serif;color:#1c2430;background:#fff}
header{background:${accent};color:#fff;padding:12px 20px}header a{color:#fff;margin-inline-end:16px}
main{max-width:44rem;margin:auto;padding:20px}img,svg{max-inline-size:100%;border-radius:8px}
figure{display:inline-block;margin:0 12px 12px 0}footer{padding:20px;color:#55606e;border-top:1px solid #e4ded2}
article{border-bottom:1px solid #e4ded2;padding:8px 0}input{font:inherit;padding:8px}`;

export interface Chrome {
  site: Pick<Site, 'name' | 'accent' | 'host'>;
  lang: PageLang;
  title: string;
  body: Html;
  /** Grows with every visit: no two copies of a page are the same byte for byte, as on real sites. */
  views?: number;
}

export function renderDocument(page: Chrome): string {
  const words = WORDS[page.lang];
  const markup = html`<html lang="${page.lang}" dir="${page.lang === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · ${page.site.name}</title><style>${new Html(style(escapeHtml(page.site.accent)))}</style></head>
<body><header><strong>${page.site.name}</strong> <a href="/">${words.home}</a> <a href="/contact">${words.contact}</a></header>
<main><h1>${page.title}</h1>${page.body}</main>
<footer><bdi>${page.site.host}</bdi>${page.views !== undefined && html` · ${words.views}: ${page.views}`}</footer></body></html>`;
  return `<!doctype html>\n${markup.markup}\n`;
}
