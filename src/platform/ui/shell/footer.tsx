import { useI18n } from '../../i18n/index.ts';
import { usePage } from '../page-context.tsx';

/** What the site owes everybody: who answers, privacy, accessibility, and what a report is not. */
export function Footer() {
  const { t, lang } = useI18n();
  return (
    <footer class="footer">
      <p>{t('ui.footer.notComplaint')}</p>
      <nav aria-label={t('ui.footer.label')}>
        <ul>
          <li>
            <a href={`/${lang}/who-answers`}>{t('ui.footer.whoAnswers')}</a>
          </li>
          <li>
            <a href={`/${lang}/privacy/children`}>{t('ui.footer.privacyChildren')}</a>
          </li>
          <li>
            <a href={`/${lang}/privacy`}>{t('ui.footer.privacy')}</a>
          </li>
          <li>
            <a href={`/${lang}/accessibility`}>{t('ui.footer.accessibility')}</a>
          </li>
        </ul>
      </nav>
    </footer>
  );
}

/** Tells a demonstration from the real thing, on every page of it. */
export function DemoRibbon() {
  const { t } = useI18n();
  return usePage().demo ? <p class="demo-ribbon">{t('ui.demo')}</p> : null;
}
