import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, DefinitionList, Form, PageHead, Tag } from '../../../platform/ui/index.ts';
import { BASES } from '../entry/refusal.ts';
import type { RebaseRequest } from '../zones/rebase.ts';
import type { ZoneReport } from '../zones/report.ts';

/** The name for tests is in each hot zone, and no rule of the list. */
const OWN_RULES = 1;

interface State {
  report: ZoneReport | undefined;
  request: RebaseRequest;
  /** Whether the role runs. */
  alive: boolean;
  /** When it happens by itself, as the clock on the wall shows it. */
  at: string;
}

/** How each large zone stands, and what has been asked for. */
export function RebaseState(props: State & { may: boolean }) {
  const { t, date } = useI18n();
  const { report, request } = props;
  if (!report) return null;
  const known = (basis: (typeof BASES)[number]) => report.standing.find((s) => s.basis === basis);
  const waiting = request.waiting && request.askedAt;
  return (
    <Card title={t('blocking.zones.rebase.title')} icon="layers">
      <p class="hint">{t('blocking.zones.rebase.lead', { time: props.at })}</p>
      {waiting && props.alive && (
        <p>
          <Tag tone="wait">{t('blocking.zones.rebase.waiting', { at: date(waiting) })}</Tag>
        </p>
      )}
      {waiting && !props.alive && (
        <Callout tone="warn" title={t('blocking.zones.rebase.waiting', { at: date(waiting) })}>
          <p>{t('blocking.zones.rebase.silent')}</p>
        </Callout>
      )}
      <DefinitionList
        items={BASES.filter(known).map((basis) => {
          const { rebasedAt, networks = 0 } = known(basis) as ZoneReport['standing'][number];
          const hot = report.zones.find((z) => z.basis === basis && z.tier === 'hot')?.rules ?? 0;
          const parts = [
            rebasedAt
              ? t('blocking.zones.rebase.since', { at: date(new Date(rebasedAt)) })
              : t('blocking.zones.rebase.never'),
            t('blocking.zones.rebase.hot', { n: Math.max(0, hot - OWN_RULES - networks) }),
            ...(networks > 0 ? [t('blocking.zones.rebase.networks', { n: networks })] : []),
          ];
          return { term: t(`blocking.basis.${basis}`), value: parts.join(' · ') };
        })}
      />
      {props.may && !waiting && (
        <Actions>
          <Button href="/desk/zones/rebase" variant="secondary">
            {t('blocking.zones.rebase.open')}
          </Button>
        </Actions>
      )}
    </Card>
  );
}

/** The second step: what it does and what it costs, and the button. */
export function RebasePage(props: State) {
  const { t } = useI18n();
  return (
    <>
      <PageHead
        back={{ href: '/desk/zones', text: t('blocking.zones.title') }}
        title={t('blocking.zones.rebase.ask')}
      />
      <p>{t('blocking.zones.rebase.askWhat')}</p>
      <p>{t('blocking.zones.rebase.askLoad')}</p>
      <p>{t('blocking.zones.rebase.askWhen', { time: props.at })}</p>
      <RebaseState {...props} may={false} />
      {!props.request.waiting && (
        <Form action="/desk/zones/rebase">
          <Actions>
            <Button>{t('blocking.zones.rebase.do')}</Button>
          </Actions>
        </Form>
      )}
    </>
  );
}
