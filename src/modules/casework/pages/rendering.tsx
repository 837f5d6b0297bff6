import type { ComponentChildren } from 'preact';
import { personalParts } from '../../../../packages/web-address/index.ts';
import { type Translator, useI18n } from '../../../platform/i18n/index.ts';
import {
  Actions,
  Button,
  Callout,
  Card,
  Checkbox,
  CsrfField,
  Details,
  Ltr,
  useIsland,
} from '../../../platform/ui/index.ts';
import type { Display } from '../wellbeing/rule.ts';

/** Classes that the island puts on; they stand here because utilities are taken from components only. */
const BLUR = { strong: 'blur-[1.5rem]', strongest: 'blur-[3rem]' } as const;
const hiddenBy = (d: Display) => `${BLUR[d.blur]}${d.grey ? ' grayscale' : ''}`;
const PICTURE = 'w-full rounded-card';

const REASONS = [
  'bad-url',
  'refused',
  'dns',
  'unreachable',
  'tls',
  'not-a-page',
  'timeout',
  'failed',
  'no-browser',
  'no-sandbox',
  'busy',
  'not-running',
] as const;

/** Why there is no picture, in words. A reason that the desk has no words for is shown as it is. */
export function whyNoPicture(t: Translator['t'], reason: string): string {
  const known = REASONS.find((r) => r === reason);
  return known ? t(`casework.look.reason.${known}`) : `${t('casework.look.failed')} (${reason})`;
}

/** Where a picture would be: grey and without form. What stands in it is centred. */
export function Placeholder(props: { children?: ComponentChildren; id?: string }) {
  return (
    <div
      id={props.id}
      data-frame
      class="group relative grid min-h-40 place-items-center overflow-hidden rounded-card border border-line bg-neutral-soft p-4 has-[img]:block has-[img]:max-h-[32rem] has-[img]:overflow-y-auto has-[img]:p-0"
    >
      {props.children}
    </div>
  );
}

/** The picture of a reported page, made elsewhere: asked for, blurred and grey, clear for five seconds on request. */
export function LookSection(props: {
  itemId: string;
  available: boolean;
  display: Display;
  /** The address, when it is one: a link that seems made for one person is fetched only on somebody's word. */
  url: string | null;
}) {
  const { t, number } = useI18n();
  const island = useIsland('rendering');
  const base = `/desk/items/${props.itemId}`;
  const seconds = number(props.display.clearSeconds);
  return (
    <Card title={t('casework.look.title')} icon="eye-off" id="look">
      {props.available ? (
        <form
          method="post"
          action={`${base}/look`}
          data-island={island}
          data-exposure={`${base}/exposure`}
          data-clear-ms={props.display.clearSeconds * 1000}
          data-picture={PICTURE}
          data-blurred={hiddenBy(props.display)}
          data-alt={t('casework.look.alt')}
          data-loading={t('casework.look.loading')}
          data-failed={t('casework.look.failed')}
          data-show={t('casework.look.show', { seconds })}
          data-hide={t('casework.look.hide')}
        >
          <CsrfField />
          {props.url && personalParts(props.url).length > 0 && (
            <Callout tone="warn" level={3} title={t('casework.look.personalTitle')}>
              <p>{t('casework.look.personal')}</p>
              <Checkbox name="leave" value="yes" label={t('casework.look.leave')} required />
            </Callout>
          )}
          <Placeholder>
            <Button
              variant="secondary"
              icon="eye-off"
              class="sticky z-1 group-has-[img]:ms-3 [inset-block-end:0.75rem]"
            >
              {t('casework.look.make')}
            </Button>
          </Placeholder>
          <p class="hint mt-2" data-status role="status" />
        </form>
      ) : (
        <Placeholder>
          <p class="hint">{t('casework.look.none')}</p>
        </Placeholder>
      )}
      <p class="hint">{t('casework.look.how')}</p>
    </Card>
  );
}

/** The same without a script: the picture is folded away, blurred and grey; a box makes it clear. */
export function LookPage(props: {
  itemId: string;
  display: Display;
  result: { png: Buffer; title: string; finalHost: string } | { unavailable: string };
}) {
  const { t } = useI18n();
  const { result } = props;
  return (
    <>
      <h1>{t('casework.look.title')}</h1>
      {'unavailable' in result ? (
        <Callout tone="warn" title={t('casework.look.failed')}>
          <p>{whyNoPicture(t, result.unavailable)}</p>
        </Callout>
      ) : (
        <>
          <p class="hint">
            {t('casework.look.from')} <Ltr>{result.finalHost}</Ltr>
          </p>
          <Details summary={t('casework.look.unfold')}>
            <input type="checkbox" id="clear" class="peer size-6 align-middle" />
            <label for="clear" class="ms-3 inline-flex min-h-12 items-center">
              {t('casework.look.clear')}
            </label>
            <div class="mt-3 overflow-hidden rounded-card border border-line peer-checked:[&>img]:filter-none">
              <img
                src={`data:image/png;base64,${result.png.toString('base64')}`}
                alt={t('casework.look.alt')}
                draggable={false}
                class={`w-full ${hiddenBy(props.display)}`}
              />
            </div>
          </Details>
          <p class="hint">{t('casework.look.counted', { seconds: props.display.clearSeconds })}</p>
        </>
      )}
      <Actions>
        <Button href={`/desk/items/${props.itemId}`} variant="secondary">
          {t('casework.item.back')}
        </Button>
      </Actions>
    </>
  );
}
