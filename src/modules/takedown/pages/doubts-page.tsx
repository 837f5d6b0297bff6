import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Breadcrumb,
  Button,
  Callout,
  Card,
  DataTable,
  EmptyState,
  Form,
  Link,
  Ltr,
  Tag,
} from '../../../platform/ui/index.ts';
import { type Fingerprint, reasonWord } from '../check/index.ts';
import { baselineOf, type CheckRow, type LookFacts, type WatchRow } from '../schema.ts';
import { CheckTag } from './tags.tsx';

/** A look that a person has to judge, with what was there before. */
export interface Doubt {
  watch: WatchRow;
  look: CheckRow | undefined;
}

const MEDIA_SHOWN = 4;
const NONE = '—';

interface Fact {
  key: string;
  before: ComponentChildren;
  now: ComponentChildren;
}

type Detail = { kind?: string; status?: number; code?: string; finalUrl?: string; bytes?: number; facts?: LookFacts };

/** Addresses as text: nobody's browser loads them. */
function Media(props: { media: readonly string[]; count: number }) {
  const { t, number } = useI18n();
  if (props.count === 0) return <>{t('takedown.doubt.noMedia')}</>;
  return (
    <>
      {number(props.count)}
      <ul class="plain">
        {props.media.slice(0, MEDIA_SHOWN).map((address) => (
          <li key={address}>
            <Ltr mono>{address}</Ltr>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Then and now, line by line. */
function factsOf(tr: ReturnType<typeof useI18n>, then: Fingerprint | undefined, detail: Detail): Fact[] {
  const { t, number } = tr;
  const now = detail.facts;
  const ltr = (text: string | undefined, mono = false) => (text ? <Ltr mono={mono}>{text}</Ltr> : NONE);
  const size = (s: readonly [number, number] | undefined) => (s ? ` ${number(s[0])} × ${number(s[1])}` : '');
  const kind = (type: string | undefined, s: readonly [number, number] | undefined, bytes: number | undefined) =>
    type || bytes !== undefined ? (
      <>
        {ltr(type)}
        {size(s)} {bytes !== undefined && t('takedown.doubt.bytes', { bytes })}
      </>
    ) : (
      NONE
    );
  const network = (asn: number | undefined) => (asn === undefined ? NONE : <Ltr>{`AS${asn}`}</Ltr>);
  return [
    {
      key: 'title',
      before: then ? <bdi>{then.title || NONE}</bdi> : NONE,
      now: now ? <bdi>{now.title || NONE}</bdi> : NONE,
    },
    { key: 'words', before: then ? number(then.wordCount) : NONE, now: now ? number(now.words) : NONE },
    {
      key: 'media',
      before: then ? <Media media={then.media} count={then.media.length} /> : NONE,
      now: now ? <Media media={now.media} count={now.mediaCount} /> : NONE,
    },
    {
      key: 'status',
      before: then ? number(then.status) : NONE,
      now: detail.status === undefined ? ltr(detail.code ?? detail.kind) : number(detail.status),
    },
    { key: 'address', before: ltr(then?.finalUrl, true), now: ltr(detail.finalUrl, true) },
    { key: 'hosting', before: network(then?.asn), now: network(now?.asn) },
    {
      key: 'file',
      before: kind(then?.contentType, then?.size, then?.length),
      now: kind(now?.contentType, now?.size, detail.bytes),
    },
  ];
}

function DoubtCard(props: { doubt: Doubt; oldest: boolean; mayDecide: boolean }) {
  const tr = useI18n();
  const { t, date } = tr;
  const { watch, look } = props.doubt;
  const then = baselineOf(watch);
  const reasons = look?.reasons ?? [];
  const words = [...new Set(reasons.flatMap((code) => reasonWord(code) ?? []))];
  const choice = (decision: string, icon: 'circle-check' | 'eye' | 'rotate-ccw' | 'undo-2') => (
    <Button name="decision" value={decision} variant="secondary" icon={icon}>
      {t(`takedown.doubt.do.${decision}`)}
    </Button>
  );
  return (
    <Card title={new URL(watch.url).hostname} icon="eye">
      <p>
        <Ltr mono>{watch.url}</Ltr>
      </p>
      <p>
        {watch.last_state && <CheckTag state={watch.last_state} />}{' '}
        {props.oldest && <Tag tone="wait">{t('takedown.doubt.oldest')}</Tag>}{' '}
        {watch.state === 'gone' && <Tag tone="done">{t('takedown.doubt.wasGone')}</Tag>}
      </p>
      {watch.doubt_since && <p class="hint">{t('takedown.doubt.since', { at: date(watch.doubt_since) })}</p>}
      {words.length > 0 && (
        <ul>
          {words.map((word) => (
            <li key={word}>{t(`takedown.doubt.why.${word}`)}</li>
          ))}
        </ul>
      )}
      <DataTable
        caption={t('takedown.doubt.sideBySide')}
        captionHidden
        rows={factsOf(tr, then, (look?.detail ?? {}) as Detail)}
        rowKey={(f) => f.key}
        columns={[
          {
            key: 'fact',
            header: t('takedown.doubt.fact.name'),
            rowHeader: true,
            cell: (f) => t(`takedown.doubt.fact.${f.key}`),
          },
          { key: 'then', header: t('takedown.doubt.then'), cell: (f) => f.before },
          { key: 'now', header: t('takedown.doubt.now'), cell: (f) => f.now },
        ]}
      />
      {!then && <Callout tone="warn" level={3} title={t('takedown.doubt.noThen')} />}
      <p class="hint">
        {t('takedown.watch.why')}: <Ltr mono>{reasons.join(' ')}</Ltr>
        {look && (
          <>
            {' · '}
            {t('takedown.watch.vantage')}: <Ltr>{look.vantage}</Ltr>
            {' · '}
            {t('takedown.watch.at')}: {date(look.at)}
          </>
        )}
      </p>
      <p>
        <Link href={`/desk/items/${watch.item}`}>{t('takedown.doubt.captures')}</Link>
      </p>
      {props.mayDecide && (
        <Form action={`/desk/doubts/${watch.item}`}>
          {/* What was shown is what is ruled on: a look in between makes it another question. */}
          <input type="hidden" name="seen" value={watch.last_signature ?? ''} />
          <Actions>
            {watch.state === 'open' ? choice('gone', 'circle-check') : choice('back', 'rotate-ccw')}
            {choice(watch.state === 'open' ? 'there' : 'not-back', 'undo-2')}
            {choice('again', 'eye')}
          </Actions>
        </Form>
      )}
    </Card>
  );
}

/** `/desk/doubts`: where something else answers in the content's place, then and now side by side. */
export function DoubtsPage(props: { doubts: readonly Doubt[]; mayDecide: boolean; error?: string | undefined }) {
  const { t } = useI18n();
  const waiting = props.doubts.flatMap((d) => (d.watch.doubt_since ? [d.watch.doubt_since.getTime()] : []));
  const oldest = waiting.length > 1 ? Math.min(...waiting) : undefined;
  return (
    <>
      <Breadcrumb
        items={[{ href: '/desk/notices', label: t('takedown.list.title') }, { label: t('takedown.list.doubts') }]}
      />
      <h1>{t('takedown.list.doubts')}</h1>
      <p class="hint">{t('takedown.list.doubtsHint')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      <div class="desk-list">
        {props.doubts.length === 0 && <EmptyState icon="eye" title={t('takedown.list.none')} />}
        {props.doubts.map((doubt) => (
          <DoubtCard
            key={doubt.watch.item}
            doubt={doubt}
            oldest={doubt.watch.doubt_since?.getTime() === oldest}
            mayDecide={props.mayDecide}
          />
        ))}
      </div>
    </>
  );
}
