import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Button, Callout, Form, Link, Ltr, Tag } from '../../../platform/ui/index.ts';
import type { NoticeView, PanelData } from '../http/desk-view.ts';
import { mayRelease } from '../notice/notice.ts';
import type { HoldRow } from '../schema.ts';

function Who(props: { id: string | null; at: Date | null; names: ReadonlyMap<string, string>; what: string }) {
  const { t, date } = useI18n();
  if (!props.at) return null;
  return (
    <p>
      {props.what} <span class="hint">{t('takedown.hold.at', { at: date(props.at, 'day') })}</span>{' '}
      <Bdi>{props.names.get(props.id ?? '') ?? ''}</Bdi>
    </p>
  );
}

function Decide(props: { notice: string; hold: HoldRow; back: string }) {
  const { t } = useI18n();
  const { hold } = props;
  const kind = hold.kind;
  return (
    <Form action={`/desk/notices/${props.notice}/hold`}>
      <input type="hidden" name="back" value={props.back} />
      <input type="hidden" name="kind" value={kind} />
      <Actions>
        {mayRelease(hold) && (
          <Button name="decision" value="release" icon="circle-check">
            {t(`takedown.hold.${kind}.release`)}
          </Button>
        )}
        {hold.decision !== 'keep' && (
          <Button name="decision" value="keep" variant="secondary" icon="hand">
            {t(`takedown.hold.${kind}.keep`)}
          </Button>
        )}
      </Actions>
    </Form>
  );
}

/** What the police were sent, where it stands, and whether their time is over. Over is not released: a person decides. */
function PoliceReferrals(props: { data: PanelData; open: boolean }) {
  const { t, text, date } = useI18n();
  const { police, now, names } = props.data;
  return (
    <>
      {police.map(({ row, body }) => (
        <div key={row.referral} class="grid gap-1">
          <p class="flex flex-wrap items-center gap-2">
            <Link href={`/desk/referrals/${row.referral}`}>
              <Ltr mono>{row.code}</Ltr>
            </Link>
            <Bdi>{body ? text(body) : row.body}</Bdi>
            <Tag tone={row.state === 'accepted' || row.state === 'answered' ? 'done' : 'wait'}>
              {t(`referral.state.${row.state}`)}
            </Tag>
          </p>
          {row.may_proceed_at ? (
            <p>
              {t('takedown.hold.policeProceed', { at: date(row.may_proceed_at, 'day') })}{' '}
              <Bdi>{names.get(row.may_proceed_by ?? '') ?? ''}</Bdi>
            </p>
          ) : (
            props.open &&
            row.hold_until &&
            (row.hold_until <= now ? (
              <p>
                <Tag tone="danger" icon="clock">
                  {t('takedown.hold.limitPassed', { at: date(row.hold_until, 'day') })}
                </Tag>
              </p>
            ) : (
              <p class="hint">{t('takedown.hold.limit', { at: date(row.hold_until, 'day') })}</p>
            ))
          )}
        </div>
      ))}
    </>
  );
}

/** Why a notice waits, and what lets it go on. */
export function HoldForms(props: { notice: NoticeView; data: PanelData; back: string }) {
  const { t } = useI18n();
  const { notice, data, back } = props;
  const waiting = notice.row.state === 'held';
  return (
    <>
      {notice.holds.map((hold) => {
        const open = waiting && hold.decision !== 'release';
        const mayDecide = hold.kind === 'police' ? data.may.decideHold : data.may.prepare;
        return (
          <Callout
            key={hold.kind}
            tone={open ? 'warn' : 'done'}
            level={3}
            icon={hold.kind === 'police' ? 'shield' : 'message-circle-question-mark'}
            title={t(`takedown.hold.${hold.kind}.title`)}
          >
            {open && <p>{t(`takedown.hold.${hold.kind}.why`)}</p>}
            {hold.kind === 'police' && <PoliceReferrals data={data} open={open} />}
            <Who
              what={t('takedown.hold.preserved')}
              at={hold.preservation_at}
              id={hold.preservation_by}
              names={data.names}
            />
            {hold.decision && (
              <Who
                what={t(`takedown.hold.${hold.kind}.decided.${hold.decision}`)}
                at={hold.decided_at}
                id={hold.decided_by}
                names={data.names}
              />
            )}
            {open && hold.kind === 'police' && !hold.preservation_at && data.may.prepare && (
              <Form action={`/desk/notices/${notice.row.id}/preservation`}>
                <input type="hidden" name="back" value={back} />
                <Button icon="archive" variant="secondary">
                  {t('takedown.hold.recordPreservation')}
                </Button>
              </Form>
            )}
            {open && mayDecide && <Decide notice={notice.row.id} hold={hold} back={back} />}
            {open && !mayDecide && <p class="hint">{t('takedown.hold.notYou')}</p>}
          </Callout>
        );
      })}
    </>
  );
}
