import { useI18n } from '../../../platform/i18n/index.ts';
import { Card, Icon, PrintButton, Steps } from '../../../platform/ui/index.ts';
import type { ActionCard, HelpLine } from '../../country/index.ts';
import { LineList } from './line-list.tsx';

/** "Do this now": what to do, what not to do, whom to call. Made to be printed and read without a connection. */
export function DoThisNow(props: { card: ActionCard; lines: HelpLine[]; level: 1 | 2 }) {
  const { t, text } = useI18n();
  const { card } = props;
  const Heading = props.level === 1 ? 'h1' : 'h2';
  return (
    <Card keep>
      <Heading class="card-title">{text(card.title)}</Heading>
      {card.lead && <p class="lead">{text(card.lead)}</p>}
      <Steps items={card.steps.map((s) => text(s))} />
      {card.doNot.length > 0 && (
        <>
          <h3>{t('reporting.card.doNot')}</h3>
          <ul class="crosses">
            {card.doNot.map((d) => (
              <li key={text(d)}>
                <Icon name="x" /> {text(d)}
              </li>
            ))}
          </ul>
        </>
      )}
      {card.platformHint && <p>{text(card.platformHint)}</p>}
      <h3>{t('reporting.card.lines')}</h3>
      <LineList lines={props.lines} />
      <p class="hint">{t('reporting.card.toVerify')}</p>
      <PrintButton />
    </Card>
  );
}
