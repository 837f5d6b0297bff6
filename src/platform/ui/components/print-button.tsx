import { useI18n } from '../../i18n/index.ts';
import { useIsland } from '../page-context.tsx';
import { Icon } from './icon.tsx';

/** Prints the page. Hidden until its script runs: without JavaScript the browser's own menu prints. */
export function PrintButton(props: { label?: string }) {
  const { t } = useI18n();
  const island = useIsland('print-button');
  return (
    <button type="button" class="btn btn-secondary" data-island={island} hidden>
      <Icon name="printer" />
      <span>{props.label ?? t('ui.print')}</span>
    </button>
  );
}
