import { EmptyState, Tag } from '../../../platform/ui/index.ts';
import type { Blocked } from '../index.ts';
import type { Rules } from '../profile/rules.ts';
import { Tap, useWords, WindowWords } from './parts.tsx';

/** The rules as sentences; the same for both sides, in words for whoever reads. */
export function RuleWords(props: { rules: Rules; audience: 'child' | 'parent' }) {
  const { t, kinds } = useWords();
  const { rules } = props;
  const nothing =
    rules.closed.length === 0 && rules.windows.length === 0 && !rules.safeSearch && rules.youtube === 'open';
  if (nothing) return <p>{t('safe-access.family.rules.none')}</p>;
  return (
    <ul class="sentences">
      {rules.closed.length > 0 && <li>{t('safe-access.family.rules.always', { kinds: kinds(rules.closed) })}</li>}
      {rules.windows.map((window, i) => (
        <li key={i}>
          <WindowWords window={window} />
        </li>
      ))}
      {rules.safeSearch && <li>{t('safe-access.family.rules.search')}</li>}
      {rules.youtube !== 'open' && <li>{t(`safe-access.family.rules.youtube.${rules.youtube}`)}</li>}
      {rules.noWaysAround && <li>{t('safe-access.family.rules.around')}</li>}
      {rules.deny.length > 0 && (
        <li>
          {t('safe-access.family.rules.deny')} <Names names={rules.deny} />
        </li>
      )}
      {rules.allow.length > 0 && (
        <li>
          {t('safe-access.family.rules.allow')} <Names names={rules.allow} />
        </li>
      )}
      <li>
        {t(`safe-access.family.rules.keeps.${rules.keeps}`)}
        {props.audience === 'child' && <> {t('safe-access.family.rules.seen')}</>}
      </li>
    </ul>
  );
}

function Names(props: { names: readonly string[] }) {
  return (
    <>
      {props.names.slice(0, 12).map((name) => (
        <span key={name}>
          <bdi dir="ltr" class="site">
            {name}
          </bdi>{' '}
        </span>
      ))}
      {props.names.length > 12 && '…'}
    </>
  );
}

/** What was blocked, exactly as both sides see it; `contest` is where a tap says that a site is in the wrong place. */
export function BlockedWords(props: { blocked: Blocked; contest: string }) {
  const { t, what, calendarDay } = useWords();
  const { blocked } = props;
  if (blocked.keeps === 'nothing') return <p>{t('safe-access.family.blocked.nothingKept')}</p>;
  const days = [...new Set([...blocked.counts, ...blocked.names].map((row) => row.day))].sort().reverse();
  if (days.length === 0)
    return (
      <EmptyState icon="circle-check" title={t('safe-access.family.blocked.none')} level={3}>
        <p>{t('safe-access.family.blocked.noneText')}</p>
      </EmptyState>
    );
  return (
    <ul class="blocked-days">
      {days.slice(0, 14).map((day) => (
        <li key={day}>
          <p class="blocked-day">{calendarDay(day)}</p>
          <ul class="plain">
            {blocked.names
              .filter((row) => row.day === day)
              .map((row) => (
                <li key={row.name}>
                  <bdi dir="ltr" class="site">
                    {row.name}
                  </bdi>{' '}
                  <Tag>{what(row.what)}</Tag> {t('safe-access.family.blocked.times', { n: row.n })}
                  {row.what !== 'deny' && (
                    <Tap
                      action={props.contest}
                      fields={{ name: row.name, category: row.what }}
                      variant="link"
                      label={`${t('safe-access.family.why.contest')} (${row.name})`}
                    >
                      {t('safe-access.family.why.contest')}
                    </Tap>
                  )}
                </li>
              ))}
            {blocked.names.every((row) => row.day !== day) &&
              blocked.counts
                .filter((row) => row.day === day)
                .map((row) => (
                  <li key={row.what}>
                    {what(row.what)} {t('safe-access.family.blocked.times', { n: row.n })}
                  </li>
                ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
