import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';
import { CsrfField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { type DeskNavItem, usePage } from '../page-context.tsx';
import { safeHref } from '../safe-href.ts';
import { Brand } from './brand.tsx';
import { DemoRibbon } from './footer.tsx';
import { DeskLanguages } from './languages.tsx';

const MINUTE = 60_000;

function DeskNav(props: { items: readonly DeskNavItem[]; current: string | undefined }) {
  const { t, number } = useI18n();
  return (
    <nav class="desk-nav" aria-label={t('ui.desk.nav')}>
      <ul>
        {props.items.map((item) => (
          <li key={item.id}>
            <a href={safeHref(item.href)} aria-current={item.id === props.current ? 'page' : undefined}>
              <Icon name={item.icon} />
              <span>{item.label}</span>
              {item.count !== undefined && <span class="desk-count">{number(item.count)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Rooms at the start side, who is signed in and how long they have looked today in the bar. */
export function DeskFrame(props: { nav: string | undefined; path: string; children: ComponentChildren }) {
  const { t, number } = useI18n();
  const { user, deskNav } = usePage();
  return (
    <>
      <header>
        <div class="bar desk-bar">
          <Brand href="/desk" suffix={t('ui.desk.name')} />
          <DeskLanguages path={props.path} />
          {user?.exposure && (
            <p class="exposure">
              {t('ui.desk.exposure', {
                used: number(Math.floor(user.exposure.usedMs / MINUTE)),
                budget: Math.round(user.exposure.budgetMs / MINUTE),
              })}
            </p>
          )}
          {user && (
            <form class="sign-out" method="post" action="/desk/sign-out">
              <CsrfField />
              <bdi class="desk-user">{user.name}</bdi>
              <button type="submit" class="btn btn-quiet btn-small">
                <Icon name="log-out" />
                <span>{t('ui.desk.signOut')}</span>
              </button>
            </form>
          )}
        </div>
        <DemoRibbon />
      </header>
      <div class="desk-body">
        {deskNav && deskNav.length > 0 && <DeskNav items={deskNav} current={props.nav} />}
        <main id="main" class="desk-main" tabIndex={-1}>
          {props.children}
        </main>
      </div>
    </>
  );
}

/** The list and, beside it, what is chosen in it. The panel comes second for readers and on small screens. */
export function DeskColumns(props: { children: ComponentChildren; panel?: ComponentChildren; panelLabel: string }) {
  return (
    <div class="desk-columns">
      <div class="desk-list">{props.children}</div>
      {props.panel && (
        <aside class="desk-panel" aria-label={props.panelLabel}>
          {props.panel}
        </aside>
      )}
    </div>
  );
}
