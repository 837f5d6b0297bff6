import { type Html, html } from '../html.ts';
import type { PageLang } from './page.ts';

/** What a site says in place of a page: one text per state and language, as real sites word it. */
export type NoticeKind =
  | 'not-found'
  | 'gone'
  | 'removed'
  | 'changed'
  | 'login'
  | 'challenge'
  | 'legal'
  | 'error'
  | 'busy';

const TEXTS: Record<NoticeKind, Record<PageLang, readonly [title: string, text: string]>> = {
  'not-found': {
    ar: ['الصفحة غير موجودة', 'لم نعثر على الصفحة المطلوبة.'],
    fr: ['Page introuvable', 'La page demandée n’existe pas ou n’existe plus.'],
    en: ['Page not found', 'We could not find the page you asked for.'],
  },
  gone: {
    ar: ['لم تعد الصفحة موجودة', 'حُذفت هذه الصفحة نهائيا.'],
    fr: ['Page disparue', 'Cette page n’existe plus.'],
    en: ['Gone', 'This page no longer exists.'],
  },
  removed: {
    ar: ['أزيل هذا المحتوى', 'أزيل هذا المحتوى لمخالفته شروط الاستخدام.'],
    fr: ['Contenu supprimé', 'Ce contenu a été supprimé car il ne respectait pas nos conditions d’utilisation.'],
    en: ['Content removed', 'This content has been removed because it broke our terms of use.'],
  },
  changed: {
    ar: ['ألبوم فارغ', 'لا توجد صور في هذا الألبوم حاليا.'],
    fr: ['Album vide', 'Il n’y a plus d’images dans cet album pour le moment.'],
    en: ['Empty album', 'There are no pictures in this album at the moment.'],
  },
  login: {
    ar: ['تسجيل الدخول', 'هذه الصفحة مخصصة للأعضاء.'],
    fr: ['Connexion', 'Cette page est réservée aux membres.'],
    en: ['Sign in', 'This page is for members only. Sign in to continue.'],
  },
  challenge: {
    ar: ['التحقق من المتصفح', 'نتحقق من أن الزائر ليس برنامجا آليا.'],
    fr: ['Vérification du navigateur', 'Nous vérifions que vous n’êtes pas un robot.'],
    en: ['Checking your browser', 'Verify you are human to continue.'],
  },
  legal: {
    ar: ['غير متاح لأسباب قانونية', 'حُجب هذا المحتوى بطلب من سلطة مختصة.'],
    fr: ['Indisponible pour raisons légales', 'Ce contenu est bloqué à la demande d’une autorité.'],
    en: ['Unavailable for legal reasons', 'This content is blocked at the request of an authority.'],
  },
  error: {
    ar: ['خطأ في الخادم', 'حدث خطأ. المرجو المحاولة لاحقا.'],
    fr: ['Erreur du serveur', 'Une erreur est survenue. Réessayez plus tard.'],
    en: ['Server error', 'Something went wrong. Try again later.'],
  },
  busy: {
    ar: ['طلبات كثيرة', 'المرجو الانتظار قليلا.'],
    fr: ['Trop de requêtes', 'Patientez un instant.'],
    en: ['Too many requests', 'Please wait a moment.'],
  },
};

export function notice(kind: NoticeKind, lang: PageLang): { title: string; body: Html } {
  const [title, text] = TEXTS[kind][lang];
  const form = html`<form method="post" action="/login"><p><label>e-mail <input name="email" type="email"></label>
<label>&bull;&bull;&bull; <input name="password" type="password"></label> <button>${title}</button></p></form>`;
  return { title, body: html`<p>${text}</p>${kind === 'login' && form}` };
}

/** A parking service's landing page: the same for every path, full of links that have nothing to do with the site. */
export function parking(host: string): Html {
  return html`<p>The domain <bdi>${host}</bdi> is parked and may be for sale.</p>
<p><a href="http://parking.example/buy?domain=${host}">Buy this domain</a></p>
<h2>Related searches</h2><ul><li>Cheap flights</li><li>Car insurance</li><li>Web hosting</li></ul>
<p>Sponsored listings by Sample Parking</p>`;
}
