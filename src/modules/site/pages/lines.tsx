import { useI18n } from '../../../platform/i18n/index.ts';
import { Icon, Link, Tag } from '../../../platform/ui/index.ts';
import type { HelpLine } from '../../country/index.ts';

export interface LineNow {
  line: HelpLine;
  open: boolean | null;
}

/** Help lines with what is open now; unknown hours are said to be unknown. */
export function LineList(props: { lines: LineNow[] }) {
  const { t, text } = useI18n();
  return (
    <>
      <ul class="line-list">
        {props.lines.map(({ line, open }) => (
          <li key={line.id}>
            <p class="line-name">
              <Icon name={line.tel ? 'phone' : 'globe'} /> <strong>{text(line.name)}</strong>{' '}
              {line.tel && (
                <Link href={`tel:${line.tel}`}>
                  <bdi dir="ltr">{line.tel}</bdi>
                </Link>
              )}
              {line.url && (
                <Link href={line.url} external>
                  <bdi dir="ltr">{new URL(line.url).hostname}</bdi>
                </Link>
              )}
            </p>
            <p class="hint">
              {text(line.description)}{' '}
              <Tag tone={open === true ? 'done' : 'neutral'}>
                {t(open === true ? 'site.lines.open' : open === false ? 'site.lines.closed' : 'site.lines.unknown')}
              </Tag>
            </p>
          </li>
        ))}
      </ul>
      <p class="hint">{t('site.lines.verify')}</p>
    </>
  );
}
