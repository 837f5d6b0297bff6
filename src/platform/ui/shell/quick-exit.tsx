import { useI18n } from '../../i18n/index.ts';
import { Icon } from '../components/icon.tsx';
import { useIsland } from '../page-context.tsx';

/** Leaves at once. A plain link without JavaScript; with it the page is blanked and its history entry replaced. */
export function QuickExit() {
  const { t, lang } = useI18n();
  const island = useIsland('quick-exit');
  return (
    <>
      <a
        class="quick-exit"
        href={`/exit?lang=${lang}`}
        rel="noreferrer nofollow"
        data-island={island}
        data-two={t('ui.exit.shiftMore', { count: 2 })}
        data-one={t('ui.exit.shiftMore', { count: 1 })}
        data-leaving={t('ui.exit.leaving')}
        data-expired={t('ui.exit.expired')}
      >
        <Icon name="log-out" />
        <span>{t('ui.exit.label')}</span>
      </a>
      <span class="quick-exit-status" role="status" id="quick-exit-status" />
    </>
  );
}
