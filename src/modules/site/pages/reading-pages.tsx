import { useI18n } from '../../../platform/i18n/index.ts';
import { Callout, Link, Prose } from '../../../platform/ui/index.ts';
import { LineList, type LineNow } from './lines.tsx';

export function WhoAnswersPage(props: { onDuty: boolean; lines: LineNow[] }) {
  const { t, lang } = useI18n();
  return (
    <>
      <Prose>
        <h1>{t('site.who.title')}</h1>
        <p>{t('site.who.team')}</p>
        <Callout tone={props.onDuty ? 'done' : 'warn'}>
          <p>{t(props.onDuty ? 'site.who.onDuty' : 'site.who.nobody')}</p>
        </Callout>
        <p>{t('site.who.hours')}</p>
        <p>{t('site.who.told')}</p>
      </Prose>
      <h2>{t('site.home.lines')}</h2>
      <LineList lines={props.lines} />
      <p>
        <Link href={`/${lang}/blocked/appeal`}>{t('blocking.appeal.title')}</Link>
      </p>
      <p>
        <Link href={`/${lang}/blocked/log`}>{t('blocking.log.title')}</Link>
      </p>
    </>
  );
}

const PARAGRAPHS = [1, 2, 3, 4, 5] as const;

export function PrivacyPage(props: { audience: 'privacy' | 'privacyChildren' }) {
  const { t } = useI18n();
  return (
    <Prose>
      <h1>{t(`site.${props.audience}.title`)}</h1>
      {PARAGRAPHS.map((n) => (
        <p key={n}>{t(`site.${props.audience}.p${n}`)}</p>
      ))}
    </Prose>
  );
}

export function AccessibilityPage() {
  const { t } = useI18n();
  return (
    <Prose>
      <h1>{t('site.accessibility.title')}</h1>
      <p>{t('site.accessibility.p1')}</p>
      <p>{t('site.accessibility.p2')}</p>
      <p>{t('site.accessibility.p3')}</p>
    </Prose>
  );
}
