import { Actions, Button, Callout, Card, Field, Form, Link } from '../../../platform/ui/index.ts';
import { CATEGORY_NAMES, type Explanation } from '../index.ts';
import { WhyWords } from './child-page.tsx';
import { HelpBox, useWords } from './parts.tsx';

/** Why a family's rules close something, as the resolver says it. */
export const CLOSED_WHY = ['paused', 'window', 'deny', 'ways-around', ...CATEGORY_NAMES] as const;
export type ClosedWhy = (typeof CLOSED_WHY)[number];

export type BlockedBy = 'national' | 'family' | 'unknown' | 'open';

/** Who decided, from what the resolver says; a family's own rules are the family's word, whatever they say. Pure. */
export function decidedBy(found: Explanation | undefined): BlockedBy {
  if (!found || found.why.kind === 'not-ready') return 'unknown';
  if (found.why.kind === 'national') return 'national';
  return found.outcome === 'blocked' ? 'family' : 'open';
}

/**
 * Why something did not open, who decided, what to do about it, and where help is. The name is shown as text and only when
 * it is one; it is in no link.
 */
export function BlockedPage(props: {
  by: BlockedBy;
  found: Explanation | undefined;
  /** What the resolver's own answer said, when it led here: why, without a name. */
  why?: ClosedWhy | undefined;
  /** A device that is known, which may ask. */
  device: string | undefined;
  asked: boolean;
  /** The child's page that this browser has opened before. */
  mine?: string | undefined;
  /** The rules are those of that child, which may ask without a device. */
  asChild?: boolean;
}) {
  const { t, lang } = useWords();
  const { by, found } = props;
  const basis = found?.why.kind === 'national' ? found.why.basis : 'csam';
  return (
    <>
      <h1>{t(`safe-access.family.block.${by}.title`)}</h1>
      {found && by !== 'national' && (
        <p class="lead">
          <bdi dir="ltr" class="blocked-name">
            {found.name}
          </bdi>
        </p>
      )}
      <p>
        {props.why ? (
          <ClosedWords why={props.why} />
        ) : found && by !== 'open' && by !== 'unknown' ? (
          <WhyWords found={found} />
        ) : (
          t(`safe-access.family.block.${by}.text`)
        )}
      </p>
      {props.asked && (
        <Callout tone="done" live>
          <p>{t('safe-access.family.block.asked')}</p>
          {props.mine && (
            <Button href={props.mine} variant="secondary" icon="arrow-right">
              {t('safe-access.family.block.mine')}
            </Button>
          )}
        </Callout>
      )}
      <Card title={t('safe-access.family.block.who')} icon="users">
        <p>
          {by === 'national'
            ? t(`safe-access.family.block.national.who-${basis}`)
            : t(`safe-access.family.block.${by}.who`)}
        </p>
      </Card>
      {by === 'national' && (
        <Card title={t('safe-access.family.block.contest')} icon="scale">
          <p>{t('safe-access.family.block.appealText')}</p>
          <p>
            <Link href={`/${lang}/blocked/appeal`}>{t('safe-access.family.why.appeal')}</Link>
          </p>
        </Card>
      )}
      {by === 'family' && (
        <Card title={t('safe-access.family.block.ask')} icon="hand">
          {props.device || props.asChild ? (
            <>
              <p>{t('safe-access.family.block.askText')}</p>
              <Form action={`/${lang}/blocked/ask`}>
                <input type="hidden" name="d" value={props.device ?? ''} />
                {found ? (
                  <input type="hidden" name="n" value={found.name} />
                ) : (
                  <Field
                    name="n"
                    label={t('safe-access.family.mine.site')}
                    hint={t('safe-access.family.why.hint')}
                    dir="ltr"
                    width="half"
                    maxLength={300}
                  />
                )}
                <Actions>
                  <Button icon="hand">{t('safe-access.family.block.askButton')}</Button>
                </Actions>
              </Form>
            </>
          ) : (
            <p>{t('safe-access.family.block.askLink')}</p>
          )}
          {props.mine && !props.asked && (
            <p>
              <Link href={props.mine}>{t('safe-access.family.block.mine')}</Link>
            </p>
          )}
        </Card>
      )}
      {by === 'unknown' && (
        <ul class="sentences">
          <li>
            {t('safe-access.family.block.unknown.1')}{' '}
            {props.mine && <Link href={props.mine}>{t('safe-access.family.block.mine')}</Link>}
          </li>
          <li>{t('safe-access.family.block.unknown.2')}</li>
          <li>
            <Link href={`/${lang}/blocked/appeal`}>{t('safe-access.family.why.appeal')}</Link>
          </li>
        </ul>
      )}
      <HelpBox audience="child" />
      <p class="hint">{t('safe-access.family.block.private')}</p>
    </>
  );
}

function ClosedWords(props: { why: ClosedWhy }) {
  const { t, kinds } = useWords();
  const { why } = props;
  if (why === 'paused' || why === 'window' || why === 'deny' || why === 'ways-around')
    return <>{t(`safe-access.why.${why}`)}</>;
  return <>{t('safe-access.why.category', { category: kinds([why]) })}</>;
}
