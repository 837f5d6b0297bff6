import type { ComponentChildren } from 'preact';
import { useI18n } from '../../i18n/index.ts';
import { useIsland, usePage } from '../page-context.tsx';
import { Icon } from './icon.tsx';

type InputType =
  | 'text'
  | 'url'
  | 'tel'
  | 'number'
  | 'search'
  | 'email'
  | 'password'
  | 'date'
  | 'datetime-local'
  | 'time';

export interface FieldProps {
  name: string;
  label: ComponentChildren;
  type?: InputType | 'textarea' | 'select';
  id?: string;
  value?: string | number;
  hint?: ComponentChildren;
  /** What to change, in words. */
  error?: string;
  required?: boolean;
  /** Says "optional" after the label. */
  optional?: boolean;
  disabled?: boolean;
  readOnly?: boolean;
  /** The label is there for assistive technology only (search boxes, filters). */
  labelHidden?: boolean;
  maxLength?: number;
  /** Shows how much room is left below `maxLength`. */
  counter?: boolean;
  min?: number | string;
  max?: number | string;
  step?: number;
  pattern?: string;
  rows?: number;
  /** For `select`. */
  options?: readonly { value: string; label: string }[];
  /** First, empty choice of a `select`. */
  placeholder?: string;
  autocomplete?: string;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email' | 'url' | 'search';
  /** Text typed in an unknown language takes its own direction; addresses and numbers go left to right. */
  dir?: 'ltr' | 'rtl' | 'auto';
  width?: 'full' | 'half' | 'short';
  spellcheck?: boolean;
  autofocus?: boolean;
}

const LTR_TYPES = new Set(['url', 'tel', 'number', 'email', 'password', 'date', 'datetime-local', 'time']);

/** A label, its control, its hint and its error, wired together. The control's id is `f-{name}` unless given. */
export function Field(props: FieldProps) {
  const { t, number } = useI18n();
  const type = props.type ?? 'text';
  const id = props.id ?? `f-${props.name}`;
  const counting = props.counter === true && props.maxLength !== undefined;
  const ids = {
    hint: props.hint ? `${id}-hint` : undefined,
    error: props.error ? `${id}-error` : undefined,
    count: counting ? `${id}-count` : undefined,
  };
  const control = {
    id,
    name: props.name,
    required: props.required,
    disabled: props.disabled,
    'aria-describedby': [ids.hint, ids.error, ids.count].filter(Boolean).join(' ') || undefined,
    'aria-invalid': props.error ? ('true' as const) : undefined,
    autofocus: props.autofocus,
  };
  const typed = {
    ...control,
    class: 'input',
    readOnly: props.readOnly,
    // A counted text may be pasted too long and then shortened: cutting it in silence would lose what was written.
    maxLength: counting ? undefined : props.maxLength,
    autocomplete: props.autocomplete ?? 'off',
    inputMode: props.inputMode,
    spellcheck: props.spellcheck,
    dir: props.dir ?? (LTR_TYPES.has(type) ? 'ltr' : type === 'select' ? undefined : 'auto'),
  };
  return (
    <div class={`field field-${props.width ?? 'full'}${props.error ? ' field-invalid' : ''}`}>
      <label class={props.labelHidden ? 'vh' : 'field-label'} for={id}>
        {props.label}
        {props.optional && <span class="field-optional"> ({t('ui.field.optional')})</span>}
      </label>
      {props.hint && (
        <p class="hint" id={ids.hint}>
          {props.hint}
        </p>
      )}
      {props.error && <FieldError id={ids.error ?? ''}>{props.error}</FieldError>}
      {type === 'textarea' ? (
        <textarea {...typed} rows={props.rows ?? 5}>
          {props.value}
        </textarea>
      ) : type === 'select' ? (
        <span class="select">
          <select {...control} class="input">
            {props.placeholder !== undefined && (
              <option value="" selected={!props.value}>
                {props.placeholder}
              </option>
            )}
            {(props.options ?? []).map((o) => (
              <option key={o.value} value={o.value} selected={String(props.value ?? '') === o.value}>
                {o.label}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" />
        </span>
      ) : (
        // Preact types inputs one kind at a time; which kind this is, only the caller knows.
        <input
          {...typed}
          type={type as 'text'}
          value={props.value}
          min={props.min}
          max={props.max}
          step={props.step}
          pattern={props.pattern}
        />
      )}
      {counting && props.maxLength !== undefined && (
        <Counter
          id={ids.count ?? ''}
          max={props.maxLength}
          used={[...String(props.value ?? '')].length}
          number={number}
        />
      )}
    </div>
  );
}

function Counter(props: { id: string; max: number; used: number; number(n: number): string }) {
  const { t, lang } = useI18n();
  const island = useIsland('char-counter');
  return (
    <p class="hint counter" id={props.id}>
      <span
        data-island={island}
        data-max={props.max}
        data-lang={lang}
        data-left={t('ui.field.charactersLeft', { left: '{n}' })}
        data-over={t('ui.field.charactersOver', { over: '{n}' })}
      >
        {t('ui.field.charactersMax', { max: props.number(props.max) })}
      </span>
    </p>
  );
}

/** What to change, under the label and before the control. */
export function FieldError(props: { id: string; children: ComponentChildren }) {
  return (
    <p class="field-error" id={props.id}>
      <Icon name="circle-alert" />
      <span>{props.children}</span>
    </p>
  );
}

/** A file to send; its form needs `enctype="multipart/form-data"`. */
export function FileField(props: {
  name: string;
  label: ComponentChildren;
  hint: ComponentChildren;
  /** What the browser offers to choose from; the server looks for itself. */
  accept?: string;
  required?: boolean;
}) {
  const id = `f-${props.name}`;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <p class="hint" id={`${id}-hint`}>
        {props.hint}
      </p>
      <input
        class="input"
        type="file"
        id={id}
        name={props.name}
        accept={props.accept}
        required={props.required}
        aria-describedby={`${id}-hint`}
      />
    </div>
  );
}

/** A single yes/no. */
export function Checkbox(props: {
  name: string;
  label: ComponentChildren;
  value?: string;
  checked?: boolean;
  hint?: ComponentChildren;
  error?: string;
  required?: boolean;
  id?: string;
}) {
  const id = props.id ?? `f-${props.name}`;
  const hintId = props.hint ? `${id}-hint` : undefined;
  const errorId = props.error ? `${id}-error` : undefined;
  return (
    <div class={props.error ? 'field field-invalid' : 'field'}>
      {props.error && <FieldError id={errorId ?? ''}>{props.error}</FieldError>}
      <label class="check" for={id}>
        <input
          type="checkbox"
          id={id}
          name={props.name}
          value={props.value ?? 'on'}
          checked={props.checked}
          required={props.required}
          aria-describedby={[hintId, errorId].filter(Boolean).join(' ') || undefined}
          aria-invalid={props.error ? 'true' : undefined}
        />
        <span>{props.label}</span>
      </label>
      {props.hint && (
        <p class="hint" id={hintId}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

/** The proof that a form came from our page. Every form that posts carries it. */
export function CsrfField() {
  return <input type="hidden" name="_csrf" value={usePage().csrfToken} />;
}

/** A form that posts to us, with its proof. Errors are shown by us, in the page's language, so `noValidate`. */
export function Form(props: { action: string; children: ComponentChildren; class?: string; id?: string }) {
  return (
    <form method="post" action={props.action} class={props.class ?? 'form'} id={props.id} noValidate autocomplete="off">
      <CsrfField />
      {props.children}
    </form>
  );
}

/** Filters above a table: a GET form that sends itself when a choice changes, and has a button without JavaScript. */
export function FilterBar(props: { action: string; label: string; children: ComponentChildren }) {
  const { t } = useI18n();
  const island = useIsland('auto-submit');
  return (
    <search aria-label={props.label}>
      <form method="get" action={props.action} class="filters" data-island={island}>
        {props.children}
        <button type="submit" class="btn btn-secondary">
          <Icon name="list-filter" />
          <span>{t('ui.filters.apply')}</span>
        </button>
      </form>
    </search>
  );
}

/** What must be changed before this form can go on, with a link to each place. */
export function ErrorSummary(props: { errors: readonly { field: string; message: string }[] }) {
  const { t } = useI18n();
  if (props.errors.length === 0) return null;
  return (
    <div class="error-summary" role="alert" tabIndex={-1} autofocus>
      <h2>
        <Icon name="circle-alert" />
        <span>{t('ui.errors.title', { count: props.errors.length })}</span>
      </h2>
      <ul>
        {props.errors.map((e) => (
          <li key={e.field}>
            <a href={`#f-${e.field}`}>{e.message}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
