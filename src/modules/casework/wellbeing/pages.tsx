import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Bdi,
  Button,
  Callout,
  Card,
  Checkbox,
  DataTable,
  DefinitionList,
  Field,
  Form,
  Ltr,
  OptionGroup,
} from '../../../platform/ui/index.ts';
import type { Display, Stand, Verdict, WellbeingRule } from './rule.ts';
import type { DayTotal } from './store.ts';

type Refused = Extract<Verdict, { ok: false }>;

/** Why not now, in a few kind words. */
export function whyNot({ t, date }: Pick<Translator, 't' | 'date'>, v: Refused): string {
  return v.why === 'alone'
    ? t('casework.wellbeing.no.alone')
    : t(`casework.wellbeing.no.${v.why}`, { at: date(v.until, 'time') });
}

/** Instead of the picture: a break. Everything else goes on. */
export function BreakPage(props: { verdict: Refused; itemId: string }) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <>
      <h1>{t(`casework.wellbeing.title.${props.verdict.why}`)}</h1>
      <Callout tone="help" icon={props.verdict.why === 'alone' ? 'users' : 'coffee'}>
        <p>{whyNot(tr, props.verdict)}</p>
        <p>{t('casework.wellbeing.no.rest')}</p>
      </Callout>
      <Actions>
        <Button href="/desk">{t('casework.item.toQueue')}</Button>
        <Button href={`/desk/items/${props.itemId}`} variant="secondary">
          {t('casework.item.back')}
        </Button>
      </Actions>
    </>
  );
}

export interface WellbeingPageProps {
  mine: { stand: Stand; rule: WellbeingRule; display: Display; least: Display; today: { ms: number } } | undefined;
  totals: readonly (DayTotal & { name: string })[] | undefined;
  saved: boolean;
}

/** One's own protection; for supervisors, totals by person and day. */
export function WellbeingPage(props: WellbeingPageProps) {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('casework.wellbeing.page')}</h1>
      <p class="hint">{t('casework.wellbeing.lead')}</p>
      {props.saved && <Callout tone="done" title={t('casework.wellbeing.saved')} live />}
      {props.mine && <Mine {...props.mine} />}
      {props.totals && <Totals totals={props.totals} />}
    </>
  );
}

function Mine(props: NonNullable<WellbeingPageProps['mine']>) {
  const tr = useI18n();
  const { t } = tr;
  const { stand, rule, display, least } = props;
  const of = (used: string, max: string) => t('casework.wellbeing.of', { used, max });
  return (
    <>
      <Card title={t('casework.wellbeing.shift')} icon="clock">
        <DefinitionList
          items={[
            {
              term: t('casework.wellbeing.time'),
              value: of(tr.duration(stand.shiftMs), tr.duration(rule.shift.seconds * 1000)),
            },
            {
              term: t('casework.wellbeing.looks'),
              value: of(tr.number(stand.shiftLooks), tr.number(rule.shift.items)),
            },
            {
              term: t('casework.wellbeing.break'),
              value: stand.breakUntil
                ? t('casework.wellbeing.until', { at: tr.date(stand.breakUntil, 'time') })
                : t('casework.wellbeing.breakAfter', {
                    time: tr.duration(rule.breakAfter.seconds * 1000),
                    items: rule.breakAfter.items,
                    minutes: rule.breakAfter.minutes,
                  }),
            },
            {
              term: t('casework.wellbeing.night'),
              value: t('casework.wellbeing.nightRule', { from: rule.night.from, to: rule.night.to }),
            },
          ]}
        />
      </Card>
      <Card title={t('casework.wellbeing.display')} icon="eye-off">
        <p class="hint">{t('casework.wellbeing.stronger')}</p>
        <Form action="/desk/wellbeing">
          <OptionGroup
            name="blur"
            legend={t('casework.wellbeing.blur')}
            columns
            value={display.blur}
            options={(['strong', 'strongest'] as const).map((b) => ({
              value: b,
              title: t(`casework.wellbeing.blurOption.${b}`),
              disabled: b === 'strong' && least.blur === 'strongest',
            }))}
          />
          {least.grey ? (
            <p>{t('casework.wellbeing.greyAlways')}</p>
          ) : (
            <Checkbox name="grey" label={t('casework.wellbeing.grey')} checked={display.grey} />
          )}
          {least.mute ? (
            <p>{t('casework.wellbeing.muteAlways')}</p>
          ) : (
            <Checkbox name="mute" label={t('casework.wellbeing.mute')} checked={display.mute} />
          )}
          <Field
            name="clearSeconds"
            type="number"
            label={t('casework.wellbeing.clear')}
            hint={t('casework.wellbeing.clearHint', { max: least.clearSeconds })}
            min={1}
            max={least.clearSeconds}
            value={display.clearSeconds}
            width="short"
          />
          <Actions>
            <Button>{t('casework.wellbeing.save')}</Button>
          </Actions>
        </Form>
      </Card>
    </>
  );
}

function Totals(props: { totals: readonly (DayTotal & { name: string })[] }) {
  const tr = useI18n();
  const { t } = tr;
  return (
    <Card title={t('casework.wellbeing.totals')} icon="chart-column">
      <p class="hint">{t('casework.wellbeing.totalsHint')}</p>
      <DataTable
        caption={t('casework.wellbeing.totals')}
        captionHidden
        columns={[
          { key: 'who', header: t('casework.wellbeing.who'), rowHeader: true, cell: (r) => <Bdi>{r.name}</Bdi> },
          { key: 'day', header: t('casework.wellbeing.day'), cell: (r) => <Ltr>{r.day}</Ltr> },
          { key: 'time', header: t('casework.wellbeing.time'), numeric: true, cell: (r) => tr.duration(r.ms) },
          { key: 'looks', header: t('casework.wellbeing.looks'), numeric: true, cell: (r) => tr.number(r.looks) },
        ]}
        rows={props.totals}
        rowKey={(r) => `${r.account} ${r.day}`}
        empty={<p class="hint">{t('casework.wellbeing.noTotals')}</p>}
      />
    </Card>
  );
}
