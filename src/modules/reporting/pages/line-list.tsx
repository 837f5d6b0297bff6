import { useI18n } from '../../../platform/i18n/index.ts';
import type { HelpLine } from '../../country/index.ts';

/** Lines to call or to write to, with what reaches them. */
export function LineList(props: { lines: readonly HelpLine[] }) {
  const { text } = useI18n();
  return (
    <ul class="plain">
      {props.lines.map((l) => (
        <li key={l.id}>
          {text(l.name)}
          {l.tel && (
            <>
              {' · '}
              <a class="link" href={`tel:${l.tel}`}>
                <bdi dir="ltr">{l.tel}</bdi>
              </a>
            </>
          )}
          {l.url && (
            <>
              {' · '}
              <a class="link" href={l.url} rel="noreferrer noopener">
                <bdi dir="ltr">{new URL(l.url).hostname}</bdi>
              </a>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
