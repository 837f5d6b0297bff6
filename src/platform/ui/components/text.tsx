import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';

/** Only for assistive technology. */
export function VisuallyHidden(props: { children: ComponentChildren }) {
  return <span class="vh">{props.children}</span>;
}

/** An address, code or number: always left to right, isolated from the text around it. */
export function Ltr(props: { children: ComponentChildren; mono?: boolean; title?: string }) {
  return (
    <bdi dir="ltr" class={props.mono ? 'ltr mono' : 'ltr'} title={props.title}>
      {props.children}
    </bdi>
  );
}

/** Text of unknown direction (a name, what somebody wrote), isolated from the text around it. */
export function Bdi(props: { children: ComponentChildren }) {
  return <bdi>{props.children}</bdi>;
}

/** A key of the keyboard, beside the action it stands for. */
export function KeyHint(props: { keys: string }) {
  return (
    <kbd class="key" dir="ltr">
      {props.keys}
    </kbd>
  );
}

/**
 * The follow-up number: 16 digits in groups of four. `masked` keeps the last four, for every showing after the first.
 */
export function ReceiptNumber(props: { digits: string; masked?: boolean }) {
  const { t } = useI18n();
  const groups = props.digits.replace(/\D/g, '').match(/\d{1,4}/g) ?? [];
  if (!props.masked)
    return (
      <bdi dir="ltr" class="receipt-number">
        {groups.join(' ')}
      </bdi>
    );
  const last = props.digits.replace(/\D/g, '').slice(-4);
  return (
    <bdi dir="ltr" class="receipt-masked">
      <span class="vh">{t('ui.receipt.endsWith', { last })}</span>
      <span aria-hidden="true">•••• •••• •••• {last}</span>
    </bdi>
  );
}

/** Running text: one column of at most 65 characters a line. */
export function Prose(props: { children: ComponentChildren; class?: string }) {
  return <div class={props.class ? `prose ${props.class}` : 'prose'}>{props.children}</div>;
}
