import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Bdi, Button, Card, Details, Field, Form, Link, Tag } from '../../../platform/ui/index.ts';
import type { PreservationRow } from '../schema.ts';
import type { ListedReferral } from './list-page.tsx';
import { Clock, Code, StateTag, UrgencyTag } from './words.tsx';

export interface PreservationView {
  row: PreservationRow;
  standing: boolean;
}

/** Who was asked to keep something, until when. */
export function Preservations(props: {
  item: string;
  rows: readonly PreservationView[];
  may: boolean;
  until: string;
  back: string;
}) {
  const { t, date } = useI18n();
  return (
    <Details summary={t('referral.preserve.title', { count: props.rows.filter((r) => r.standing).length })}>
      {props.rows.map(({ row, standing }) => (
        <div key={row.id} class="grid gap-1">
          <p class="flex flex-wrap gap-2">
            <Bdi>{row.asked_of}</Bdi> <Code code={row.reference} />
            <Tag tone={standing ? 'wait' : 'neutral'}>
              {standing
                ? t('referral.preserve.until', { at: date(row.until, 'date') })
                : t('referral.preserve.ended', { at: date(row.ended_at ?? row.until, 'date') })}
            </Tag>
          </p>
          {standing && props.may && (
            <Form action={`/desk/preservations/${row.id}/release`}>
              <input type="hidden" name="back" value={props.back} />
              <Field id={`f-end-${row.id}`} name="reason" label={t('referral.preserve.why')} required />
              <Actions>
                <Button small variant="secondary">
                  {t('referral.preserve.release')}
                </Button>
              </Actions>
            </Form>
          )}
        </div>
      ))}
      {props.may && (
        <Form action="/desk/preservations">
          <input type="hidden" name="item" value={props.item} />
          <input type="hidden" name="back" value={props.back} />
          <p class="hint">{t('referral.preserve.hint')}</p>
          <Field id="f-preserve-who" name="askedOf" label={t('referral.preserve.askedOf')} required maxLength={200} />
          <Field
            id="f-preserve-ref"
            name="reference"
            label={t('referral.preserve.reference')}
            required
            maxLength={200}
          />
          <Field
            id="f-preserve-until"
            name="until"
            type="date"
            width="short"
            label={t('referral.preserve.untilField')}
            value={props.until}
            required
          />
          <Field id="f-preserve-why" name="reason" label={t('referral.preserve.what')} required maxLength={2000} />
          <Actions>
            <Button small icon="archive">
              {t('referral.preserve.ask')}
            </Button>
          </Actions>
        </Form>
      )}
    </Details>
  );
}

/** On the page of an item: what was referred, and the way to refer it. */
export function ReferralPanel(props: {
  item: string;
  rows: readonly ListedReferral[];
  now: Date;
  mayRefer: boolean;
  danger: boolean;
  preservations: Parameters<typeof Preservations>[0];
}) {
  const { t } = useI18n();
  return (
    <Card title={t('referral.panel.title')} icon="shield" id="referral">
      {props.rows.length === 0 && <p class="hint">{t('referral.panel.none')}</p>}
      {props.rows.map(({ row, body }) => (
        <p key={row.id} class="flex flex-wrap items-center gap-2">
          <Link href={`/desk/referrals/${row.id}`}>
            <Code code={row.code} />
          </Link>
          <Bdi>{body}</Bdi>
          <UrgencyTag level={row.urgency} />
          <StateTag state={row.state} />
          <Clock row={row} now={props.now} />
        </p>
      ))}
      {props.mayRefer && (
        <Actions>
          <Button
            href={`/desk/referrals/new?item=${props.item}`}
            icon="shield"
            variant={props.danger ? 'danger' : 'secondary'}
          >
            {t(props.danger ? 'referral.panel.atOnce' : 'referral.panel.refer')}
          </Button>
        </Actions>
      )}
      <Preservations {...props.preservations} />
    </Card>
  );
}
