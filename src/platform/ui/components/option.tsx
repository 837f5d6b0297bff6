import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export interface OptionItem {
  value: string;
  title: string;
  hint?: string;
  icon?: IconName;
  disabled?: boolean;
}

/** One big answer: icon, title, example. The whole card is the target; the browser's own control says its state. */
export function OptionCard(
  props: OptionItem & { name: string; type: 'radio' | 'checkbox'; checked?: boolean; required?: boolean; id: string },
) {
  const hintId = props.hint ? `${props.id}-hint` : undefined;
  return (
    <label class="option" for={props.id}>
      {props.icon && (
        <span class="option-icon">
          <Icon name={props.icon} size={24} />
        </span>
      )}
      <span class="option-text">
        <span class="option-title">{props.title}</span>
        {props.hint && (
          <span class="option-hint" id={hintId}>
            {props.hint}
          </span>
        )}
      </span>
      <input
        type={props.type}
        id={props.id}
        name={props.name}
        value={props.value}
        checked={props.checked}
        required={props.required}
        disabled={props.disabled}
        aria-describedby={hintId}
      />
    </label>
  );
}

export interface OptionGroupProps {
  legend: string;
  /** The question is the page's heading (one question per page). */
  heading?: boolean;
  hint?: ComponentChildren;
  error?: string;
  name: string;
  type?: 'radio' | 'checkbox';
  options: readonly OptionItem[];
  value?: string | readonly string[];
  required?: boolean;
  /** Two columns where there is room; for short answers without a hint. */
  columns?: boolean;
  id?: string;
}

/** A question with its answers, as one group for assistive technology. */
export function OptionGroup(props: OptionGroupProps) {
  const id = props.id ?? `f-${props.name}`;
  const type = props.type ?? 'radio';
  const chosen = new Set(typeof props.value === 'string' ? [props.value] : (props.value ?? []));
  const hintId = props.hint ? `${id}-hint` : undefined;
  const errorId = props.error ? `${id}-error` : undefined;
  return (
    <fieldset
      class={props.columns ? 'options options-columns' : 'options'}
      id={`${id}-group`}
      aria-describedby={[hintId, errorId].filter(Boolean).join(' ') || undefined}
    >
      <legend>{props.heading ? <h1>{props.legend}</h1> : <span class="field-label">{props.legend}</span>}</legend>
      {props.hint && (
        <p class="hint" id={hintId}>
          {props.hint}
        </p>
      )}
      {props.error && (
        <p class="field-error" id={errorId}>
          <Icon name="circle-alert" />
          <span>{props.error}</span>
        </p>
      )}
      <div class="options-list">
        {props.options.map((option, i) => (
          <OptionCard
            key={option.value}
            {...option}
            id={i === 0 ? id : `${id}-${option.value}`}
            name={props.name}
            type={type}
            checked={chosen.has(option.value)}
            required={type === 'radio' && props.required}
          />
        ))}
      </div>
    </fieldset>
  );
}
