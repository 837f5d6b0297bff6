import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button, Callout, Card, CsrfField, PrintButton, ReceiptNumber } from '../../../platform/ui/index.ts';
import type { ActionCard, HelpLine } from '../../country/index.ts';
import { DoThisNow } from './card.tsx';
import type { DangerState } from './question.ts';

/** Sent: the follow-up number, once in full, and what to do now. */
export function DonePage(props: {
  receipt: string;
  full: boolean;
  danger: DangerState;
  card: ActionCard;
  lines: HelpLine[];
}) {
  const { t, lang } = useI18n();
  return (
    <>
      <h1>{t('reporting.done.title')}</h1>
      {props.danger !== 'none' && (
        <Callout
          tone="danger"
          title={t(props.danger === 'on-duty' ? 'reporting.danger.told' : 'reporting.danger.alerted')}
        />
      )}
      <Card keep title={t('reporting.done.number')}>
        <ReceiptNumber digits={props.receipt} masked={!props.full} />
        <p>{t(props.full ? 'reporting.done.keep' : 'reporting.done.shownBefore')}</p>
        <p class="hint">{t('reporting.done.onlyWay')}</p>
        <PrintButton />
      </Card>
      <p>{t('reporting.done.next')}</p>
      <DoThisNow card={props.card} lines={props.lines} level={2} />
      <form method="post" action={`/${lang}/report/forget`}>
        <CsrfField />
        <Actions>
          <Button href={`/${lang}/receipt`}>{t('reporting.done.comeBack')}</Button>
          <Button variant="secondary" type="submit">
            {t('reporting.done.finish')}
          </Button>
        </Actions>
      </form>
    </>
  );
}
