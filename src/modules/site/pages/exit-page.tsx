import { useI18n } from '../../../platform/i18n/index.ts';

/** A page that says nothing of where somebody comes from. */
export function ExitPage() {
  const { t } = useI18n();
  return (
    <>
      <h1>{t('site.exit.text')}</h1>
      <p class="hint">{t('site.exit.history')}</p>
    </>
  );
}
