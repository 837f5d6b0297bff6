import { renderToString } from 'preact-render-to-string';
import type { Translator } from '../../../platform/i18n/index.ts';

export interface ContactQuestionFacts {
  link: string;
  origin: string;
  country: string;
  address: string;
  provider: string | undefined;
  answerDays: number;
}

const BODY =
  "margin:0;padding:24px 16px;background:#FBF8F2;color:#1C2430;font:16px/1.65 'IBM Plex Sans','IBM Plex Sans Arabic','Noto Sans Arabic','Segoe UI',Tahoma,Arial,sans-serif";
const SHEET =
  'max-width:640px;margin:0 auto;padding:28px 24px;background:#FFFFFF;border:1px solid #E4DED2;border-radius:14px';
const BUTTON =
  'display:inline-block;padding:12px 22px;border-radius:12px;background:#0B5D52;color:#FFFFFF;font-weight:600;text-decoration:none';

/** Asks an address whether it handles abuse notices: same facts, same letter. */
export function contactMail(facts: ContactQuestionFacts, tr: Translator) {
  const { t } = tr;
  const params = { country: facts.country, address: facts.address, days: facts.answerDays };
  const opening = [
    t('takedown.contacts.mail.who', params),
    facts.provider
      ? t('takedown.contacts.mail.askNamed', { ...params, provider: facts.provider })
      : t('takedown.contacts.mail.ask', params),
  ];
  const closing = [t('takedown.contacts.mail.notYou'), t('takedown.contacts.mail.silence', params)];
  const subject = t('takedown.contacts.mail.subject', params);
  const signature = [t('takedown.mail.signature', params), facts.origin];
  const text = `${[
    t('takedown.mail.greeting'),
    ...opening,
    `${t('takedown.contacts.mail.linkIntro')}\n${facts.link}`,
    ...closing,
    signature.join('\n'),
  ].join('\n\n')}\n`;
  const paragraph = (words: string) => (
    <p key={words} style="margin:0 0 16px">
      {words}
    </p>
  );
  const html = renderToString(
    <html lang={tr.lang} dir={tr.dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>{subject}</title>
      </head>
      <body style={BODY} dir={tr.dir}>
        <div dir={tr.dir} lang={tr.lang} style={`${SHEET};text-align:${tr.dir === 'rtl' ? 'right' : 'left'}`}>
          {[t('takedown.mail.greeting'), ...opening, t('takedown.contacts.mail.linkIntro')].map(paragraph)}
          <p style="margin:0 0 20px">
            <a href={facts.link} style={BUTTON}>
              {t('takedown.contacts.mail.linkLabel')}
            </a>
          </p>
          {closing.map(paragraph)}
          <p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #E4DED2;color:#55606E;font-size:14px">
            {signature.map((line, i) => (
              <span key={line}>
                {i > 0 && <br />}
                <bdi>{line}</bdi>
              </span>
            ))}
          </p>
        </div>
      </body>
    </html>,
  );
  return { subject, text, html: `<!doctype html>${html}` };
}
