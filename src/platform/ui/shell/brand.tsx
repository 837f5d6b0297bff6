import { useI18n } from '../../i18n/index.ts';
import { Icon } from '../components/icon.tsx';

/** Logo and name; leads home. */
export function Brand(props: { href: string; suffix?: string }) {
  const { t } = useI18n();
  return (
    <a class="brand" href={props.href}>
      <span class="brand-mark">
        <Icon name="shield-check" />
      </span>
      <span class="brand-name">
        {t('ui.brand')}
        {props.suffix && <span class="brand-suffix"> · {props.suffix}</span>}
      </span>
    </a>
  );
}
