import { useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  CsrfField,
  DefinitionList,
  EmptyState,
  Field,
  Form,
  Link,
  Ltr,
  useIsland,
} from '../../../platform/ui/index.ts';
import type { CaptureRow, CustodyRow, KeyRow } from '../archive/schema.ts';
import { CaptureTable } from './panel.tsx';
import { Digest, StateTag, whyFailed } from './words.tsx';

/** Classes that the island puts on; they stand here because utilities are taken from components only. */
const BLURRED = 'blur-[1.5rem] grayscale';
const PICTURE = 'w-full rounded-card border border-line';
const WORDS =
  'mono max-h-96 overflow-auto whitespace-pre-wrap [overflow-wrap:anywhere] rounded-card border border-line p-3';
/** How long an opened package stays on the screen, and a clear picture clear, in milliseconds. */
const OPEN_MS = 10 * 60_000;
const CLEAR_MS = 5_000;

export interface CapturePageProps {
  capture: CaptureRow;
  custody: readonly (CustodyRow & { by: string })[];
  publicKeyPem: string;
  may: { read: boolean; item: boolean; open: boolean; download: boolean; custody: boolean };
  /** Own keys that this package was sealed to and that are kept here, wrapped. */
  keys: readonly KeyRow[];
}

function Opening(props: CapturePageProps) {
  const { t } = useI18n();
  const island = useIsland('evidence-open');
  const { capture, keys } = props;
  return (
    <Card title={t('evidence.open.title')} icon="lock-open">
      <p class="hint">{t('evidence.open.how')}</p>
      {keys.length === 0 ? (
        <Callout tone="help" level={3} title={t('evidence.open.noKey')}>
          <p>
            {t('evidence.open.noKeyHow')} <Link href="/desk/keys">{t('evidence.keys.title')}</Link>
          </p>
        </Callout>
      ) : (
        <div
          data-island={island}
          data-url={`/desk/evidence/${capture.id}`}
          data-manifest={capture.manifest_sha256?.toString('hex')}
          data-public-key={props.publicKeyPem}
          data-keys={JSON.stringify(keys.map(({ id, wrapped }) => ({ id, wrapped })))}
          data-open-ms={OPEN_MS}
          data-clear-ms={CLEAR_MS}
          data-class-picture={PICTURE}
          data-class-blurred={BLURRED}
          data-class-words={WORDS}
          data-say={JSON.stringify({
            opening: t('evidence.open.opening'),
            wrong: t('evidence.open.wrong'),
            failed: t('evidence.open.failed'),
            closed: t('evidence.open.closed'),
            good: t('evidence.open.good'),
            bad: t('evidence.open.bad'),
            unsigned: t('evidence.open.unsigned'),
            picture: t('evidence.open.picture'),
            alt: t('evidence.open.alt'),
            clear: t('evidence.open.clear'),
            blur: t('evidence.open.blur'),
            words: t('evidence.open.words'),
            headers: t('evidence.open.headers'),
            manifest: t('evidence.open.manifest'),
          })}
        >
          <p data-without-script>{t('evidence.open.noScript')}</p>
          <form method="post" action={`/desk/evidence/${capture.id}/open`} class="form" hidden data-with-script>
            <CsrfField />
            <Field
              name="key"
              type="select"
              label={t('evidence.open.key')}
              options={keys.map((k) => ({ value: k.id, label: k.label }))}
              width="half"
            />
            <Field
              name="passphrase"
              type="password"
              label={t('evidence.open.passphrase')}
              autocomplete="off"
              dir="ltr"
              width="half"
            />
            <Actions>
              <Button icon="lock-open">{t('evidence.open.open')}</Button>
            </Actions>
          </form>
          <p role="status" data-status />
          <div data-opened class="grid gap-4" />
        </div>
      )}
    </Card>
  );
}

function CustodyList(props: { rows: CapturePageProps['custody'] }) {
  const { t, date, duration } = useI18n();
  const more = ({ what, detail }: CustodyRow): string => {
    const d = detail as Record<string, unknown>;
    if (what === 'looked') return duration(Number(d.ms));
    if (what === 'failed') return whyFailed(t, String(d.reason));
    if (what === 'captured')
      return t('evidence.custody.counted', { requests: Number(d.requests), withheld: Number(d.withheld) });
    return what === 'sealed' ? t('evidence.custody.keys', { count: Number(d.keys) }) : '';
  };
  return (
    <Card title={t('evidence.custody.title')} icon="scroll-text">
      <ol class="grid gap-2">
        {props.rows.map((row) => (
          <li key={row.id} class="flex flex-wrap gap-x-3">
            <time class="num text-muted" dateTime={row.at.toISOString()}>
              {date(row.at)}
            </time>
            <span>{t(`evidence.custody.what.${row.what}`)}</span>
            {more(row) && <span class="text-muted">{more(row)}</span>}
            <bdi class="text-muted">{row.by}</bdi>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** One capture: its seal, its custody, and the way to open it. */
export function CapturePage(props: CapturePageProps) {
  const { t, date, number } = useI18n();
  const { capture, may } = props;
  const sealed = capture.state === 'sealed' || capture.state === 'sealed-untimed';
  const base = `/desk/evidence/${capture.id}`;
  const facts = [
    ...(may.read ? [{ term: t('evidence.field.address'), value: <Ltr mono>{capture.url}</Ltr> }] : []),
    { term: t('evidence.field.requested'), value: date(capture.requested_at) },
    ...(capture.sealed_at ? [{ term: t('evidence.field.sealed'), value: date(capture.sealed_at) }] : []),
    ...(capture.stamped_at ? [{ term: t('evidence.field.stamped'), value: date(capture.stamped_at) }] : []),
    { term: t('evidence.field.pictures'), value: t(capture.masked ? 'evidence.pictures.no' : 'evidence.pictures.yes') },
    ...(capture.seq
      ? [
          { term: t('evidence.field.sequence'), value: <Ltr>{capture.seq}</Ltr> },
          { term: t('evidence.field.manifest'), value: <Digest value={capture.manifest_sha256} /> },
          { term: t('evidence.field.previous'), value: <Digest value={capture.previous} /> },
        ]
      : []),
    ...(sealed
      ? [
          { term: t('evidence.field.package'), value: <Digest value={capture.package_sha256} /> },
          { term: t('evidence.field.bytes'), value: number(capture.package_bytes ?? 0) },
        ]
      : []),
    ...(capture.deposit_sha256
      ? [{ term: t('evidence.field.deposit'), value: <Digest value={capture.deposit_sha256} /> }]
      : []),
  ];
  return (
    <>
      {may.item && (
        <p>
          <Link href={`/desk/items/${capture.item}`}>{t('evidence.page.toItem')}</Link>
        </p>
      )}
      <h1>{t('evidence.page.title')}</h1>
      <p>
        <StateTag state={capture.state} />
      </p>
      {capture.state === 'sealed-untimed' && (
        <Callout tone="help" title={t('evidence.untimed.title')}>
          <p>{t('evidence.untimed.why')}</p>
        </Callout>
      )}
      {capture.reason && <Callout tone="danger" title={whyFailed(t, capture.reason)} />}
      <p class="hint">{t('evidence.package.notice')}</p>
      <Card title={t('evidence.page.facts')} icon="file-lock">
        <DefinitionList items={facts} />
      </Card>
      {sealed && may.open && <Opening {...props} />}
      {sealed && may.download && (
        <Card title={t('evidence.download.title')} icon="download">
          <p class="hint">{t('evidence.download.how')}</p>
          <div class="actions">
            <form method="post" action={`${base}/package`}>
              <CsrfField />
              <Button icon="download">{t('evidence.download.package')}</Button>
            </form>
            {capture.stamp && (
              <form method="post" action={`${base}/stamp`}>
                <CsrfField />
                <Button variant="secondary" icon="clock">
                  {t('evidence.download.stamp')}
                </Button>
              </form>
            )}
            {capture.deposit_sha256 && (
              <form method="post" action={`${base}/deposit`}>
                <CsrfField />
                <Button variant="secondary" icon="package">
                  {t('evidence.download.deposit')}
                </Button>
              </form>
            )}
            <Button href="/evidence/key.pem" variant="quiet" icon="key-round">
              {t('evidence.download.key')}
            </Button>
          </div>
        </Card>
      )}
      {may.custody && <CustodyList rows={props.custody} />}
    </>
  );
}

/** The newest captures, for those who open them or account for them. */
export function CaptureListPage(props: { captures: readonly CaptureRow[]; referredOnly: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('evidence.list.title')}</h1>
      <p class="hint">{t(props.referredOnly ? 'evidence.list.introReferred' : 'evidence.list.intro')}</p>
      {props.captures.length > 0 ? (
        <CaptureTable captures={props.captures} linked />
      ) : (
        <EmptyState icon="archive" title={t('evidence.list.none')} />
      )}
    </>
  );
}

/** The holder's own keys. */
export function KeysPage(props: {
  keys: readonly KeyRow[];
  error?: string;
  typed?: { label: string; recipient: string };
}) {
  const { t, date } = useI18n();
  const island = useIsland('evidence-key');
  return (
    <>
      <h1>{t('evidence.keys.title')}</h1>
      <p>{t('evidence.keys.intro')}</p>
      {props.error && <Callout tone="danger" title={props.error} live />}
      {props.keys.map((key) => (
        <Card key={key.id} title={key.label} icon="key-round">
          <DefinitionList
            items={[
              { term: t('evidence.keys.made'), value: <Bdi>{date(key.created_at)}</Bdi> },
              { term: t('evidence.keys.public'), value: <Ltr mono>{key.recipient}</Ltr> },
              {
                term: t('evidence.keys.private'),
                value: t(key.wrapped ? 'evidence.keys.here' : 'evidence.keys.elsewhere'),
              },
            ]}
          />
          <form method="post" action={`/desk/keys/${key.id}/remove`}>
            <CsrfField />
            <p class="hint">{t('evidence.keys.removeHint')}</p>
            <Button variant="danger" small icon="trash">
              {t('evidence.keys.remove')}
            </Button>
          </form>
        </Card>
      ))}
      <Card title={t('evidence.keys.makeTitle')} icon="key-round">
        <div
          data-island={island}
          data-url="/desk/keys"
          data-short={t('evidence.keys.short')}
          data-differ={t('evidence.keys.differ')}
          data-working={t('evidence.keys.working')}
          data-failed={t('evidence.keys.failed')}
        >
          <p data-without-script>{t('evidence.keys.noScript')}</p>
          <form method="post" action="/desk/keys" class="form" hidden data-with-script>
            <CsrfField />
            <p class="hint">{t('evidence.keys.warn')}</p>
            <Field id="made-label" name="label" label={t('evidence.keys.label')} required maxLength={80} width="half" />
            <Field
              name="passphrase"
              type="password"
              label={t('evidence.keys.passphrase')}
              hint={t('evidence.keys.passphraseHint')}
              autocomplete="new-password"
              dir="ltr"
              width="half"
              required
            />
            <Field
              name="again"
              type="password"
              label={t('evidence.keys.again')}
              autocomplete="new-password"
              dir="ltr"
              width="half"
              required
            />
            <Actions>
              <Button icon="key-round">{t('evidence.keys.make')}</Button>
            </Actions>
            <p role="status" data-status />
          </form>
        </div>
      </Card>
      <Card title={t('evidence.keys.pasteTitle')} icon="clipboard-paste">
        <p class="hint">{t('evidence.keys.pasteHow')}</p>
        <Form action="/desk/keys">
          <Field
            name="label"
            label={t('evidence.keys.label')}
            required
            maxLength={80}
            width="half"
            value={props.typed?.label ?? ''}
          />
          <Field
            name="recipient"
            label={t('evidence.keys.public')}
            hint={<Ltr mono>age-keygen -o key.txt</Ltr>}
            dir="ltr"
            required
            maxLength={100}
            value={props.typed?.recipient ?? ''}
          />
          <Actions>
            <Button variant="secondary" icon="plus">
              {t('evidence.keys.add')}
            </Button>
          </Actions>
        </Form>
      </Card>
    </>
  );
}
