import { useI18n } from '../../../platform/i18n/index.ts';
import { Button, Callout, CsrfField, type HelpLine, HelpLines, Link } from '../../../platform/ui/index.ts';

export interface DangerNotice {
  id: string;
  raisedAt: Date;
  state: 'waiting' | 'acknowledged';
  by: string | undefined;
}

/** Takes a danger page: from then on nobody else is called. */
export function TakeForm(props: { page: string; to: string }) {
  const { t } = useI18n();
  return (
    <form method="post" action={`/desk/danger/${props.page}/acknowledge`}>
      <CsrfField />
      <input type="hidden" name="to" value={props.to} />
      <Button variant="danger" icon="hand">
        {t('casework.danger.take')}
      </Button>
    </form>
  );
}

/** Whom to call now, and the way to refer it. */
export function DangerSection(props: {
  itemId: string;
  lines: readonly HelpLine[];
  notices: readonly DangerNotice[];
  mayTake: boolean;
}) {
  const { t, date } = useI18n();
  return (
    <Callout tone="danger" id="danger" title={t('casework.danger.title')}>
      <p>{t('casework.danger.callNow')}</p>
      <HelpLines lines={props.lines} labels />
      {props.notices.map((n) => (
        <div key={n.id} class="flex flex-wrap items-center gap-3">
          <p>
            <Link href={`/desk/danger/${n.id}`}>{t('casework.danger.raised', { at: date(n.raisedAt, 'day') })}</Link>
            {' · '}
            {n.state === 'waiting' ? t('casework.danger.untaken') : t('casework.danger.takenBy', { name: n.by ?? '' })}
          </p>
          {n.state === 'waiting' && props.mayTake && <TakeForm page={n.id} to={`/desk/items/${props.itemId}#danger`} />}
        </div>
      ))}
      {!props.mayTake && props.notices.some((n) => n.state === 'waiting') && <p>{t('casework.danger.onlyOnCall')}</p>}
    </Callout>
  );
}
