import { useI18n } from '../../../platform/i18n/index.ts';
import { Actions, Button } from '../../../platform/ui/index.ts';
import type { ActionCard, HelpLine } from '../../country/index.ts';
import { DoThisNow } from './card.tsx';

export function CardPage(props: { card: ActionCard; lines: HelpLine[] }) {
  const { t, lang } = useI18n();
  return (
    <>
      <DoThisNow card={props.card} lines={props.lines} level={1} />
      <Actions>
        <Button href={`/${lang}/report`}>{t('reporting.card.report')}</Button>
      </Actions>
    </>
  );
}
