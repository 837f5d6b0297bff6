import { LANGS, type Lang, useI18n } from '../../i18n/index.ts';
import { usePage } from '../page-context.tsx';

const NAMES: Record<Lang, { short: string; full: string }> = {
  ar: { short: 'ع', full: 'العربية' },
  fr: { short: 'FR', full: 'Français' },
  en: { short: 'EN', full: 'English' },
  zgh: { short: 'ⵣ', full: 'ⵜⴰⵎⴰⵣⵉⵖⵜ' },
};

/** The short form is seen, the whole name is heard too (WCAG 2.5.3: what is seen is part of the name). */
function LanguageName(props: { of: Lang }) {
  const name = NAMES[props.of];
  return (
    <>
      {name.short}
      <span class="vh"> {name.full}</span>
    </>
  );
}

/** The same page in the other languages. `path` is the page's path without its language. */
export function LanguageSwitcher(props: { path: string }) {
  const { t, lang } = useI18n();
  return (
    <nav class="languages" aria-label={t('ui.language.label')}>
      <ul>
        {LANGS.filter((l) => l !== lang).map((l) => (
          <li key={l}>
            <a href={`/${l}${props.path === '/' ? '' : props.path}`} hreflang={l} lang={l}>
              <LanguageName of={l} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** On the desk addresses have no language: a choice is a POST that is remembered in a cookie. */
export function DeskLanguages(props: { path: string }) {
  const { t, lang } = useI18n();
  const { csrfToken } = usePage();
  return (
    <form class="languages" method="post" action="/language" aria-label={t('ui.language.label')}>
      <input type="hidden" name="_csrf" value={csrfToken} />
      <input type="hidden" name="to" value={props.path} />
      {LANGS.filter((l) => l !== lang).map((l) => (
        <button key={l} type="submit" name="lang" value={l} lang={l}>
          <LanguageName of={l} />
        </button>
      ))}
    </form>
  );
}
