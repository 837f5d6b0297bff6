import type { ComponentChildren } from 'preact';
import { safeHref } from '../safe-href.ts';
import { Icon, type IconName } from './icon.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'danger' | 'quiet' | 'link';

interface Look {
  variant?: ButtonVariant;
  /** Before the words. */
  icon?: IconName;
  /** After the words, such as the arrow of "continue". */
  iconEnd?: IconName;
  /** Fits a table row; still 48 px tall for touch. */
  small?: boolean;
  id?: string;
  class?: string;
  /** Name of the plain enhancer or island that takes this element over. */
  'data-island'?: string;
  'aria-describedby'?: string;
  'aria-label'?: string;
  children: ComponentChildren;
}
interface AsLink extends Look {
  href: string;
  rel?: string;
  target?: '_blank';
  download?: string | boolean;
}
interface AsButton extends Look {
  href?: undefined;
  type?: 'submit' | 'button' | 'reset';
  name?: string;
  value?: string;
  form?: string;
  formAction?: string;
  formNoValidate?: boolean;
  disabled?: boolean;
}
export type ButtonProps = AsLink | AsButton;

/** A verb. With `href` it is a link that looks like a button, else a submit button. */
export function Button(props: ButtonProps) {
  const classes = ['btn', `btn-${props.variant ?? 'primary'}`, props.small ? 'btn-small' : '', props.class ?? ''];
  const common = {
    class: classes.filter(Boolean).join(' '),
    id: props.id,
    'data-island': props['data-island'],
    'aria-describedby': props['aria-describedby'],
    'aria-label': props['aria-label'],
  };
  const inside = (
    <>
      {props.icon && <Icon name={props.icon} />}
      <span>{props.children}</span>
      {props.iconEnd && <Icon name={props.iconEnd} />}
    </>
  );
  if (props.href !== undefined)
    return (
      <a
        {...common}
        href={safeHref(props.href)}
        rel={props.rel ?? (props.target ? 'noreferrer noopener' : undefined)}
        target={props.target}
        download={props.download}
      >
        {inside}
      </a>
    );
  return (
    <button
      {...common}
      type={props.type ?? 'submit'}
      name={props.name}
      value={props.value}
      form={props.form}
      formAction={props.formAction}
      formNoValidate={props.formNoValidate}
      disabled={props.disabled}
    >
      {inside}
    </button>
  );
}

/** The row of buttons that ends a form or a card: the main one first, at the side where reading starts. */
export function Actions(props: { children: ComponentChildren }) {
  return <div class="actions">{props.children}</div>;
}

/** A link inside text; an address that a browser could run becomes plain text. */
export function Link(props: { href: string; children: ComponentChildren; external?: boolean; class?: string }) {
  const href = safeHref(props.href);
  if (href === undefined) return <span>{props.children}</span>;
  return (
    <a href={href} class={props.class ?? 'link'} rel={props.external ? 'noreferrer noopener' : undefined}>
      {props.children}
    </a>
  );
}
