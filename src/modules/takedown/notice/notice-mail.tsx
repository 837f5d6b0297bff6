import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Translator } from '../../../platform/i18n/index.ts';
import type { ExactLocation, NoticeFacts } from './facts.ts';

export interface NoticeText {
  subject: string;
  text: string;
  html: string;
}

/** The parts of a notice, in the order of a letter; text and HTML are made of the same ones. */
interface Letter {
  subject: string;
  greeting: string;
  /** Who we are; what was found where. */
  opening: string[];
  location: string | undefined;
  lawTitle: string;
  law: string[];
  request: string[];
  link: { intro: string; label: string; href: string };
  closing: string[];
  signature: string[];
}

const exactly = (location: ExactLocation, tr: Translator) =>
  location.kind === 'url'
    ? tr.t('takedown.mail.exactUrl', { url: location.url })
    : tr.t('takedown.mail.exactAccount', { platform: tr.text(location.platform), name: location.name });

function letter(facts: NoticeFacts, tr: Translator, location: ExactLocation | undefined): Letter {
  const { t, text } = tr;
  const country = text(facts.country);
  const place = facts.place.kind === 'host' ? facts.place.host : text(facts.place.platform);
  const params = { place, category: text(facts.category), country, hours: facts.deadlineHours };
  const kind = facts.place.kind;
  return {
    subject: t(facts.round > 1 ? 'takedown.mail.subjectAgain' : 'takedown.mail.subject', params),
    greeting: facts.providerName
      ? t('takedown.mail.greetingNamed', { name: facts.providerName })
      : t('takedown.mail.greeting'),
    opening: [
      t('takedown.mail.who', params),
      t(kind === 'host' ? 'takedown.mail.foundHost' : 'takedown.mail.foundAccount', params),
      ...(facts.round > 1 ? [t('takedown.mail.again')] : []),
    ],
    location: location && exactly(location, tr),
    lawTitle: t('takedown.mail.lawTitle'),
    law: facts.articles.map((a) =>
      t('takedown.mail.article', { instrument: text(a.instrument), number: a.number, title: text(a.title) }),
    ),
    request: [
      t('takedown.mail.request', params),
      t('takedown.mail.keep'),
      ...(facts.asksOrigin ? [t('takedown.mail.origin')] : []),
    ],
    link: { intro: t('takedown.mail.linkIntro'), label: t('takedown.mail.linkLabel'), href: facts.link },
    closing: [
      t('takedown.mail.goodFaith'),
      t('takedown.mail.human'),
      t('takedown.mail.dispute'),
      t('takedown.mail.discreet'),
    ],
    signature: [
      t('takedown.mail.signature', params),
      facts.origin,
      t('takedown.mail.reference', { id: facts.id, date: tr.date(facts.assessedAt, 'date') }),
    ],
  };
}

function plain(l: Letter): string {
  const blocks = [
    l.greeting,
    ...l.opening,
    ...(l.location ? [l.location] : []),
    [l.lawTitle, ...l.law.map((line) => `- ${line}`)].join('\n'),
    ...l.request,
    // Alone on its line, so that no mail program makes a full stop part of it.
    `${l.link.intro}\n${l.link.href}`,
    ...l.closing,
    l.signature.join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const INK = '#1C2430';
const GREEN = '#0B5D52';
const FONT = "'IBM Plex Sans','IBM Plex Sans Arabic','Noto Sans Arabic','Segoe UI',Tahoma,Arial,sans-serif";
const BODY = `margin:0;padding:24px 16px;background:#FBF8F2;color:${INK};font:16px/1.65 ${FONT}`;
const SHEET =
  'max-width:640px;margin:0 auto;padding:28px 24px;background:#FFFFFF;border:1px solid #E4DED2;border-radius:14px';
const BUTTON = `display:inline-block;padding:12px 22px;border-radius:12px;background:${GREEN};color:#FFFFFF;font-weight:600;text-decoration:none`;
const SMALL = 'margin:24px 0 0;padding-top:16px;border-top:1px solid #E4DED2;color:#55606E;font-size:14px';

function Html(props: { letter: Letter; tr: Translator }): VNode {
  const { letter: l, tr } = props;
  const start = tr.dir === 'rtl' ? 'right' : 'left';
  return (
    <html lang={tr.lang} dir={tr.dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>{l.subject}</title>
      </head>
      <body style={BODY} dir={tr.dir}>
        {/* Mail programs drop html and body: direction and language are said again where they survive. */}
        <div dir={tr.dir} lang={tr.lang} style={`${SHEET};text-align:${start}`}>
          <p style="margin:0 0 16px">{l.greeting}</p>
          {l.opening.map((p) => (
            <p key={p} style="margin:0 0 16px">
              {p}
            </p>
          ))}
          {l.location && <p style="margin:0 0 16px">{l.location}</p>}
          <p style="margin:0 0 4px;font-weight:600">{l.lawTitle}</p>
          <ul style="margin:0 0 16px;padding-inline-start:22px">
            {l.law.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          {l.request.map((p, i) => (
            <p key={p} style={`margin:0 0 16px${i === 0 ? ';font-weight:600' : ''}`}>
              {p}
            </p>
          ))}
          <p style="margin:0 0 12px">{l.link.intro}</p>
          <p style="margin:0 0 20px">
            <a href={l.link.href} style={BUTTON}>
              {l.link.label}
            </a>
          </p>
          {l.closing.map((p) => (
            <p key={p} style="margin:0 0 16px">
              {p}
            </p>
          ))}
          <p style={SMALL}>
            {l.signature.map((line, i) => (
              <span key={line}>
                {i > 0 && <br />}
                <bdi>{line}</bdi>
              </span>
            ))}
          </p>
        </div>
      </body>
    </html>
  );
}

/** The mail to a provider, in the translator's language: the same facts give the same letter, byte for byte. */
export function noticeMail(facts: NoticeFacts, tr: Translator): NoticeText {
  const l = letter(facts, tr, undefined);
  return { subject: l.subject, text: plain(l), html: `<!doctype html>${renderToString(<Html letter={l} tr={tr} />)}` };
}

/** What a person copies into a provider's form: the same letter with the exact place in it, as no page is opened first. */
export const formText = (facts: NoticeFacts, tr: Translator, location: ExactLocation | undefined): string =>
  plain(letter(facts, tr, location));
