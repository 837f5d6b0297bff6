import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';
import { assets } from '../assets.ts';
import { type ShellName, usePage } from '../page-context.tsx';
import { Brand } from './brand.tsx';
import { DeskFrame } from './desk.tsx';
import { DemoRibbon, Footer } from './footer.tsx';
import { HelpStrip } from './help-lines.tsx';
import { LanguageSwitcher } from './languages.tsx';
import { QuickExit } from './quick-exit.tsx';

/** What the frame needs to know of a page; `platform/http` has the rest. */
export interface ShellPage {
  title: string;
  shell: ShellName;
  nav?: string;
  path?: string;
  islands?: string[];
  refresh?: number;
}

/** A whole document: head, frame of the chosen kind, the page, and the scripts that its islands asked for. */
export function Shell(props: { page: ShellPage; children: ComponentChildren }) {
  const { lang, dir, t } = useI18n();
  const { page } = props;
  const { stylesheet } = assets();
  return (
    <html lang={lang} dir={dir} class={`shell-${page.shell}`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{page.title}</title>
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#1b2430" media="(prefers-color-scheme: dark)" />
        <meta name="format-detection" content="telephone=no" />
        <link rel="icon" href="data:," />
        {page.refresh !== undefined && <meta http-equiv="refresh" content={String(page.refresh)} />}
        {stylesheet && <link rel="stylesheet" href={stylesheet} />}
      </head>
      <body>
        <a class="skip" href="#main">
          {t('ui.skip')}
        </a>
        {!stylesheet && <p>{t('ui.unbuilt')}</p>}
        {page.shell === 'desk' ? (
          <DeskFrame nav={page.nav} path={page.path ?? '/desk'}>
            {props.children}
          </DeskFrame>
        ) : (
          <PublicFrame page={page}>{props.children}</PublicFrame>
        )}
        <Scripts names={page.islands ?? []} />
      </body>
    </html>
  );
}

function PublicFrame(props: { page: ShellPage; children: ComponentChildren }) {
  const { lang } = useI18n();
  const { helpLines } = usePage();
  const full = props.page.shell === 'public';
  return (
    <>
      <header>
        <div class="bar">
          <Brand href={`/${lang}`} />
          {props.page.path !== undefined && <LanguageSwitcher path={props.page.path} />}
          {full && <QuickExit />}
        </div>
        <DemoRibbon />
      </header>
      {full && <HelpStrip lines={helpLines} />}
      <main id="main" class="main" tabIndex={-1}>
        {props.children}
      </main>
      {full && <Footer />}
    </>
  );
}

/** Rendered last, so that every component has said by then which islands it needs. */
function Scripts(props: { names: readonly string[] }) {
  const { islands, nonce } = usePage();
  const scripts = [...new Set([...islands, ...props.names])].map((name) => assets().script(name));
  const preload = new Set(scripts.flatMap((s) => s?.preload ?? []));
  return (
    <>
      {[...preload].map((href) => (
        <link key={href} rel="modulepreload" href={href} nonce={nonce} />
      ))}
      {scripts.map((s) => s && <script key={s.src} type="module" src={s.src} nonce={nonce} />)}
    </>
  );
}
