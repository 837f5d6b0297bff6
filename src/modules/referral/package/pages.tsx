import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Translator } from '../../../platform/i18n/index.ts';
import type { ReferralDocument } from './document.ts';

const FACES = [
  ['ibm-plex-sans-arabic', 'arabic', 400],
  ['ibm-plex-sans-arabic', 'arabic', 600],
  ['ibm-plex-sans', 'latin', 400],
  ['ibm-plex-sans', 'latin', 600],
] as const;
const ARABIC = 'U+0600-06FF,U+200C-200F,U+FB50-FDFF,U+FE70-FEFC';

/** Our fonts inside the document: it is printed, or opened by a stranger, far from any server. */
export function fontFaces(rootDir: string): string {
  return FACES.map(([family, part, weight]) => {
    const file = `node_modules/@fontsource/${family}/files/${family}-${part}-${weight}-normal.woff2`;
    const data = readFileSync(path.join(rootDir, file)).toString('base64');
    const range = part === 'arabic' ? `unicode-range:${ARABIC};` : '';
    return `@font-face{font-family:"Salama ${part}";font-weight:${weight};${range}src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  }).join('\n');
}

const CSS = `
@page { size: A4; margin: 18mm 16mm 20mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.55 "Salama arabic", "Salama latin", sans-serif; color: #1c2430; margin: 0 }
h1 { font-size: 17pt; line-height: 1.3; margin: 0 0 2mm }
h2 { font-size: 12pt; margin: 7mm 0 2mm; border-block-end: .4mm solid #0b5d52; padding-block-end: 1mm; break-after: avoid }
h3 { font-size: 10.5pt; margin: 4mm 0 1mm; break-after: avoid }
p { margin: 0 0 2mm }
.code { font-weight: 600; font-size: 14pt }
.status { border: .4mm solid #b3261e; border-radius: 2mm; padding: 3mm 4mm; font-weight: 600; margin: 3mm 0 }
.urgent { background: #fbe9e7; border-radius: 2mm; padding: 3mm 4mm; margin: 3mm 0 }
dl { display: grid; grid-template-columns: 45mm 1fr; gap: 1mm 4mm; margin: 0 }
dt { color: #55606e } dd { margin: 0; overflow-wrap: anywhere }
bdi { unicode-bidi: isolate }
.ltr { direction: ltr; unicode-bidi: isolate; overflow-wrap: anywhere }
.words { white-space: pre-wrap; border-inline-start: .8mm solid #e4ded2; padding-inline-start: 3mm; overflow-wrap: anywhere }
.report { break-inside: avoid-page }
ul { margin: 0; padding-inline-start: 5mm }
footer { margin-block-start: 8mm; color: #55606e; font-size: 9pt }
`;

const Ltr = (props: { children: ComponentChildren }) => (
  <span class="ltr" dir="ltr">
    {props.children}
  </span>
);

function Row(props: { term: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{props.term}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

function Report(props: { r: ReferralDocument['reports'][number]; n: number; tr: Translator }) {
  const { r, tr } = props;
  const { t } = tr;
  const at = (i: { utc: string; local: string }) => (
    <>
      {tr.date(new Date(i.utc))} <Ltr>({i.local})</Ltr>
    </>
  );
  return (
    <section class="report">
      <h3>{t('referral.doc.report', { n: props.n })}</h3>
      <dl>
        <Row term={t('referral.doc.receivedAt')}>{at(r.receivedAt)}</Row>
        <Row term={t('referral.doc.reporter')}>{t(`referral.reporter.${r.reporter}`)}</Row>
        <Row term={t('referral.doc.occurred')}>
          {r.occurredAt ? at(r.occurredAt) : t(`referral.occurred.${r.occurred}`)}
        </Row>
        <Row term={t('referral.doc.ageBand')}>
          {r.ageBand === 'unknown' || r.ageBand === 'adult' ? (
            t(`referral.ageBand.${r.ageBand}`)
          ) : (
            <Ltr>{r.ageBand}</Ltr>
          )}
        </Row>
        {r.links.length > 0 && (
          <Row term={t('referral.doc.links')}>
            <ul>
              {r.links.map((l) => (
                <li key={l}>
                  <Ltr>{l}</Ltr>
                </li>
              ))}
            </ul>
          </Row>
        )}
        {r.accounts.length > 0 && (
          <Row term={t('referral.doc.accounts')}>
            <ul>
              {r.accounts.map((a, i) => (
                <li key={i}>
                  <Ltr>{a.platform}</Ltr> · {a.name === null ? t('referral.doc.withheld') : <Ltr>{a.name}</Ltr>}
                </li>
              ))}
            </ul>
          </Row>
        )}
        {r.place !== null && (
          <Row term={t('referral.doc.place')}>
            <bdi class="words">{r.place}</bdi>
          </Row>
        )}
        {r.contact !== null && (
          <Row term={t('referral.doc.contact')}>
            <Ltr>{r.contact.value}</Ltr>
            <p>
              {t(`referral.doc.safe.${r.contact.safeToCall}`)} <bdi>{r.contact.when}</bdi>
            </p>
            {r.contact.sharedWith && (
              <p>
                {t('referral.doc.sharedWith')} <bdi>{r.contact.sharedWith}</bdi>
              </p>
            )}
          </Row>
        )}
      </dl>
      {r.words !== null && (
        <>
          <p>{t('referral.doc.words')}</p>
          <p class="words" dir="auto">
            {r.words}
          </p>
        </>
      )}
    </section>
  );
}

function Body(props: { doc: ReferralDocument; tr: Translator }) {
  const { doc, tr } = props;
  const { t } = tr;
  const at = (i: { utc: string; local: string }) => (
    <>
      {tr.date(new Date(i.utc))} <Ltr>({i.local})</Ltr>
    </>
  );
  return (
    <body>
      <p class="code">
        <Ltr>{doc.code}</Ltr>
      </p>
      <h1>{t('referral.doc.title', { body: tr.text(doc.to.name) })}</h1>
      <p class="status">{t('referral.doc.status')}</p>
      <div class="urgent">
        <p>
          <strong>{t(`referral.urgency.${doc.urgency.level}`)}</strong>
        </p>
        <p class="words" dir="auto">
          {doc.urgency.reason}
        </p>
      </div>
      {doc.hold.asked && doc.hold.until && (
        <p>{t('referral.doc.hold', { until: tr.date(new Date(doc.hold.until.utc)) })}</p>
      )}
      <h2>{t('referral.doc.what')}</h2>
      <dl>
        <Row term={t('referral.doc.category')}>{tr.text(doc.category.name)}</Row>
        <Row term={t('referral.doc.madeAt')}>{at(doc.madeAt)}</Row>
        {doc.item.url && (
          <Row term={t('referral.doc.address')}>
            <Ltr>{doc.item.url}</Ltr>
          </Row>
        )}
        {doc.item.platform && (
          <Row term={t('referral.doc.platform')}>
            <Ltr>{doc.item.platform}</Ltr>
          </Row>
        )}
        <Row term={t('referral.doc.reports')}>{tr.number(doc.item.reports)}</Row>
        <Row term={t('referral.doc.first')}>{at(doc.item.firstReportedAt)}</Row>
        <Row term={t('referral.doc.last')}>{at(doc.item.lastReportedAt)}</Row>
        {doc.territory.length > 0 && (
          <Row term={t('referral.doc.territory')}>
            {doc.places.map((place) => tr.text(place)).join(' · ')} <Ltr>({doc.territory.join(' · ')})</Ltr>
          </Row>
        )}
      </dl>
      {doc.note && (
        <>
          <h2>{t('referral.doc.note')}</h2>
          <p class="words" dir="auto">
            {doc.note}
          </p>
        </>
      )}
      <h2>{t('referral.doc.assessment')}</h2>
      {doc.assessment ? (
        <dl>
          <Row term={t('referral.doc.outcome')}>{t(`referral.judged.${doc.assessment.outcome}`)}</Row>
          <Row term={t('referral.doc.judgedAt')}>{at(doc.assessment.at)}</Row>
          {doc.assessment.articles.length > 0 && (
            <Row term={t('referral.doc.articles')}>
              <ul>
                {doc.assessment.articles.map((a) => (
                  <li key={a.id}>{tr.text(a.title)}</li>
                ))}
              </ul>
            </Row>
          )}
        </dl>
      ) : (
        <p>{t('referral.doc.notAssessed')}</p>
      )}
      <h2>{t('referral.doc.reportsTitle')}</h2>
      {doc.reports.map((r, i) => (
        <Report key={r.id} r={r} n={i + 1} tr={tr} />
      ))}
      {doc.reportsLeftOut > 0 && <p>{t('referral.doc.leftOut', { count: doc.reportsLeftOut })}</p>}
      <h2>{t('referral.doc.evidence')}</h2>
      {doc.evidence.captures.length === 0 ? (
        <p>{t('referral.doc.noEvidence')}</p>
      ) : (
        <ul>
          {doc.evidence.captures.map((c) => (
            <li key={c.id}>
              {at(c.capturedAt)} <Ltr>{c.url}</Ltr> <Ltr>SHA-256 {c.sha256}</Ltr>
            </li>
          ))}
        </ul>
      )}
      <h2>{t('referral.doc.completeness', { score: doc.completeness.score })}</h2>
      {doc.completeness.missing.length === 0 ? (
        <p>{t('referral.doc.nothingMissing')}</p>
      ) : (
        <>
          <p>{t('referral.doc.missing')}</p>
          <ul>
            {doc.completeness.missing.map((m) => (
              <li key={m}>{t(`referral.part.${m}`)}</li>
            ))}
          </ul>
        </>
      )}
      <footer>
        <p>{t('referral.doc.footer', { code: doc.code })}</p>
      </footer>
    </body>
  );
}

/** The document in one language, with everything in it; it runs no script and asks nobody for anything. */
export function documentHtml(doc: ReferralDocument, tr: Translator, fonts: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:";
  const body = renderToString(<Body doc={doc} tr={tr} />);
  return `<!doctype html><html lang="${tr.lang}" dir="${tr.dir}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${doc.code}</title><style>${fonts}${CSS}</style></head>${body}</html>`;
}
