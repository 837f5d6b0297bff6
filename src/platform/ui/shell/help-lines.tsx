import { useI18n } from '../../i18n/index.ts';
import { Icon } from '../components/icon.tsx';
import type { HelpLine } from '../page-context.tsx';

function dial(tel: string): string {
  return `tel:${tel.replace(/[^\d+*#]/g, '')}`;
}

/** Lines to call, as pills; one tap calls. Who answers is said to assistive technology, and shown when there is room. */
export function HelpLines(props: { lines: readonly HelpLine[]; labels?: boolean }) {
  return (
    <ul class="help-lines">
      {props.lines.map((line) => (
        <li key={line.id}>
          <a class="help-line" href={dial(line.tel)}>
            <Icon name="phone" />
            {line.label !== line.tel && <span class={props.labels ? undefined : 'vh'}>{line.label} </span>}
            <bdi dir="ltr">{line.tel}</bdi>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The strip above the fold of every public page: two lines, in the order of the country's data. */
export function HelpStrip(props: { lines: readonly HelpLine[] }) {
  const { t } = useI18n();
  if (props.lines.length === 0) return null;
  return (
    <section class="help-strip" aria-label={t('ui.help.label')}>
      <p>{t('ui.help.title')}</p>
      <HelpLines lines={props.lines.slice(0, 2)} />
    </section>
  );
}
