import { useI18n } from '../../../platform/i18n/index.ts';
import { Details, KeyHint, useIsland } from '../../../platform/ui/index.ts';

const KEYS = [
  ['move', 'j k'],
  ['open', 'Enter o'],
  ['assess', 'a'],
  ['lock', 'l'],
  ['filter', '/'],
  ['help', '?'],
] as const;

/** The desk's keys. The switch appears with the script: single keys must be possible to turn off (WCAG 2.1.4). */
export function Keys() {
  const { t } = useI18n();
  const island = useIsland('desk-keys');
  return (
    <div data-island={island}>
      <Details summary={t('casework.keys.title')}>
        <ul class="flex flex-wrap gap-x-6 gap-y-2">
          {KEYS.map(([what, keys]) => (
            <li key={what} class="flex items-center gap-2">
              {keys.split(' ').map((key) => (
                <KeyHint key={key} keys={key} />
              ))}
              <span>{t(`casework.keys.${what}`)}</span>
            </li>
          ))}
        </ul>
        <label class="check" data-keys-switch hidden>
          <input type="checkbox" checked />
          <span>{t('casework.keys.on')}</span>
        </label>
      </Details>
    </div>
  );
}
