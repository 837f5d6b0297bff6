import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout } from '../../../platform/ui/index.ts';
import type { HelpLine, ReportingDuty } from '../../country/index.ts';
import { LineList } from './line-list.tsx';

/** For professionals, before they send: you may have to report this yourself, here is how. */
export function DutiesNote(props: {
  duties: readonly ReportingDuty[];
  lines: readonly HelpLine[];
  professions: readonly { id: string; name: { ar: string; fr: string; en: string; zgh: string } }[];
}) {
  const { t, text } = useI18n();
  if (props.duties.length === 0) return null;
  return (
    <Callout tone="warn" icon="scale" title={t('reporting.duty.title')}>
      <p>{t('reporting.duty.lead')}</p>
      {props.duties.map((d) => (
        <section key={d.id}>
          <h3>{text(d.title)}</h3>
          <p class="hint">
            {props.professions
              .filter((p) => d.professions.includes(p.id))
              .map((p) => text(p.name))
              .join(' · ')}
          </p>
          <p>{text(d.what)}</p>
          <p>{text(d.how)}</p>
          <LineList lines={props.lines.filter((l) => d.helpLines.includes(l.id))} />
        </section>
      ))}
      <p class="hint">{t('reporting.duty.toVerify')}</p>
    </Callout>
  );
}
