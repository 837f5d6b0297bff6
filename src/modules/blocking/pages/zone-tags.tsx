import type { Finding, NotifyRecord } from '../../../../packages/rpz/index.ts';
import { useI18n } from '../../../platform/i18n/index.ts';
import { Ltr, Tag } from '../../../platform/ui/index.ts';

const plain = (zone: string) => zone.replace(/\.$/, '');

export function ZoneName(props: { zone: string }) {
  return (
    <Ltr>
      <span class="mono break-all">{plain(props.zone)}</span>
    </Ltr>
  );
}

/** A finding of the doctor in words; the code is what the package's documentation calls it. */
export function FindingText(props: { finding: Finding }) {
  const { t } = useI18n();
  const { code, severity, about } = props.finding;
  return (
    <>
      <Tag tone={severity === 'wrong' ? 'danger' : 'wait'} icon={severity === 'wrong' ? 'circle-x' : 'triangle-alert'}>
        {t(`blocking.zones.severity-${severity}`)}
      </Tag>{' '}
      {t(`blocking.zones.finding.${code}`)}
      {about && (
        <>
          {' '}
          <Ltr>
            <span class="mono break-all">{plain(about)}</span>
          </Ltr>
        </>
      )}
    </>
  );
}

/** What the server said when it was told of the last change. */
export function NotifyAnswer(props: { notify: NotifyRecord | undefined }) {
  const { t, number } = useI18n();
  const { notify } = props;
  if (!notify) return <>{t('blocking.zones.notify-never')}</>;
  if (notify.answer === 'waiting') return <>{t('blocking.zones.notify-waiting')}</>;
  if (notify.answer === 'none') return <>{t('blocking.zones.notify-none')}</>;
  if (notify.answer === 'NOERROR')
    return <>{t('blocking.zones.notify-good', { ms: number(Math.round(notify.ms ?? 0)) })}</>;
  return <>{t('blocking.zones.notify-other', { answer: notify.answer })}</>;
}
