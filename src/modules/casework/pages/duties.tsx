import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Card, Details, HelpLines, Tag } from '../../../platform/ui/index.ts';
import type { HelpLine, ReportingDuty } from '../../country/index.ts';
import { dialled } from './words.tsx';

export interface DutiesProps {
  duties: readonly ReportingDuty[];
  lines: readonly HelpLine[];
  /** Whether counsel has confirmed them. */
  verified: boolean;
}

/** What whoever sits here may have to report by law, how, and that the reporter hears it first where that is safe. */
export function DutiesCard(props: DutiesProps) {
  const tr = useI18n();
  const { t, text } = tr;
  if (props.duties.length === 0) return null;
  return (
    <Card title={t('casework.duty.title')} icon="scale" id="duty">
      {!props.verified && (
        <p>
          <Tag tone="wait" icon="triangle-alert">
            {t('casework.duty.unverified')}
          </Tag>
        </p>
      )}
      {props.duties.map((d) => (
        <Details key={d.id} summary={text(d.title)}>
          <p>{text(d.what)}</p>
          <p>{text(d.how)}</p>
          <HelpLines
            labels
            lines={dialled(
              tr,
              props.lines.filter((l) => d.helpLines.includes(l.id)),
            )}
          />
          <Callout tone={d.warn === 'first' ? 'help' : 'warn'} icon="message-circle" level={3}>
            <p>{t(`casework.duty.warn.${d.warn}`)}</p>
          </Callout>
        </Details>
      ))}
    </Card>
  );
}
