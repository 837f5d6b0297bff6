import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Translator } from '../../../platform/i18n/index.ts';
import type { ExactLocation, NoticeFacts } from '../notice/facts.ts';
import type { LetterFacts } from './letter-facts.ts';
import { type Letter, letterParts, type Part } from './letter-parts.ts';

export interface LetterText {
  subject: string;
  text: string;
  html: string;
}

function plainPart(part: Part): string {
  switch (part.kind) {
    case 'p':
      return part.text;
    case 'list':
      return [part.title, ...part.items.map((line) => `- ${line}`)].join('\n');
    case 'link':
      // Alone on its line, so that no mail program makes a full stop part of it.
      return `${part.intro}\n${part.href}`;
    case 'aside':
      return `${part.text}\n${part.link.href}`;
    case 'notice':
      return [
        `* ${part.title}`,
        ...part.rows.map((row) => `${row.label} ${row.value}`),
        `${part.link.label}:`,
        part.link.href,
      ].join('\n');
  }
}

const plain = (letter: Letter): string =>
  `${[...letter.parts.map(plainPart), letter.signature.join('\n')].join('\n\n')}\n`;

const INK = '#1C2430';
const SOFT = '#55606E';
const GREEN = '#0B5D52';
const LINE = '#E4DED2';
const PAPER = '#FFFFFF';
const FONT = "'IBM Plex Sans','IBM Plex Sans Arabic','Noto Sans Arabic','Segoe UI',Tahoma,Arial,sans-serif";
/*
 * Mail programs drop html, head and body: each block says its own colours, so that none of them ends dark on dark. Many
 * don't know logical properties either: where a side matters, it is written out.
 */
const GROUND = `margin:0;padding:16px 8px;background:#FBF8F2;color:${INK};font:16px/1.65 ${FONT}`;
const SHEET = `max-width:640px;margin:0 auto;padding:24px 20px;background:${PAPER};color:${INK};border:1px solid ${LINE};border-radius:14px;font:16px/1.65 ${FONT}`;
const BUTTON = `display:inline-block;padding:12px 22px;border-radius:12px;background:${GREEN};color:#FFFFFF;font-weight:600;text-decoration:none`;
const SMALL = `margin:24px 0 0;padding-top:16px;border-top:1px solid ${LINE};color:${SOFT};font-size:14px`;
const CARD = `margin:0 0 16px;padding:12px 14px;background:${PAPER};color:${INK};border:1px solid ${LINE};border-radius:10px`;
const BLOCK = 'margin:0 0 16px';

const Ltr = (props: { children: ComponentChildren }) => (
  <bdi dir="ltr" style="unicode-bidi:isolate;word-break:break-word;overflow-wrap:anywhere">
    {props.children}
  </bdi>
);

function Block(props: { part: Part; start: 'left' | 'right' }): VNode {
  const { part, start } = props;
  switch (part.kind) {
    case 'p':
      return <p style={part.strong ? `${BLOCK};font-weight:600` : BLOCK}>{part.text}</p>;
    case 'list':
      return (
        <>
          <p style="margin:0 0 4px;font-weight:600">{part.title}</p>
          <ul style={`margin:0 0 16px;padding:0;padding-${start}:22px`}>
            {part.items.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      );
    case 'link':
      return (
        <>
          <p style="margin:0 0 12px">{part.intro}</p>
          <p style="margin:0 0 20px">
            <a href={part.href} style={BUTTON}>
              {part.label}
            </a>
          </p>
        </>
      );
    case 'aside':
      return (
        <p style={BLOCK}>
          {part.text}{' '}
          <a href={part.link.href} style={`color:${GREEN};font-weight:600`}>
            {part.link.label}
          </a>
        </p>
      );
    case 'notice':
      return (
        <div style={CARD}>
          <p style="margin:0 0 6px;font-weight:600">
            <Ltr>{part.title}</Ltr>
          </p>
          {part.rows.map((row) => (
            <p key={row.label} style="margin:0 0 4px;font-size:15px">
              <span style={`color:${SOFT}`}>{row.label}</span>{' '}
              {row.ltr ? <Ltr>{row.value}</Ltr> : <bdi>{row.value}</bdi>}
            </p>
          ))}
          <p style="margin:6px 0 0">
            <a href={part.link.href} style={`color:${GREEN};font-weight:600`}>
              {part.link.label}
            </a>
          </p>
        </div>
      );
  }
}

function Html(props: { letter: Letter; tr: Translator }): VNode {
  const { letter, tr } = props;
  const start = tr.dir === 'rtl' ? 'right' : 'left';
  return (
    <html lang={tr.lang} dir={tr.dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>{letter.subject}</title>
      </head>
      <body style={GROUND} dir={tr.dir}>
        {/* Direction and language are said again where they survive. */}
        <div dir={tr.dir} lang={tr.lang} style={`${SHEET};direction:${tr.dir};text-align:${start}`}>
          {letter.parts.map((part, i) => (
            <Block key={i} part={part} start={start} />
          ))}
          <p style={SMALL}>
            {letter.signature.map((line, i) => (
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

/** The mail to a provider, in the translator's language: the same facts give the same mail, byte for byte. */
export function letterMail(facts: LetterFacts, tr: Translator): LetterText {
  const letter = letterParts(facts, tr);
  return {
    subject: letter.subject,
    text: plain(letter),
    html: `<!doctype html>${renderToString(<Html letter={letter} tr={tr} />)}`,
  };
}

/**
 * What a person copies into a provider's form: the letter of one notice with the exact place in it, as no page is opened
 * first.
 */
export function formText(
  facts: NoticeFacts,
  tr: Translator,
  location: ExactLocation | undefined,
  by: Pick<LetterFacts, 'flagger' | 'senderEmail' | 'extra'>,
): string {
  const letter: LetterFacts = {
    ...by,
    id: facts.id,
    kind: 'request',
    purpose: facts.purpose,
    again: facts.round > 1,
    notices: [facts],
    link: facts.link,
    page: facts.link,
    origin: facts.origin,
    country: facts.country,
    providerName: facts.providerName,
    attached: false,
  };
  return plain(letterParts(letter, tr, location));
}
