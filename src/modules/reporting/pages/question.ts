import type { VNode } from 'preact';
import type { OnlinePlatform, RiskCategory } from '../../country/index.ts';
import type { Answers, SealedAnswers, Step } from '../answers.ts';
import type { FormError } from '../form.ts';

export interface StepPageProps {
  step: Step;
  number: number;
  answers: Answers;
  sealed: SealedAnswers;
  errors: FormError[];
  categories: RiskCategory[];
  platforms: OnlinePlatform[];
  /** Children get children's wording. */
  child: boolean;
  danger: DangerState;
  /** For professionals, before they send. */
  duties: VNode | undefined;
}

/** Whether somebody has been paged, and whether anybody is there to hear it: never said better than it is. */
export type DangerState = 'none' | 'on-duty' | 'nobody';

/** What each question of the form is given. `error`: what to say beside a field. */
export type QuestionProps = StepPageProps & { error(field: string): string | undefined };

/** `child` wording where the catalogue has it for this question. */
export function questionKey(step: Step, child: boolean): string {
  return child ? `reporting.step.${step}.childTitle` : `reporting.step.${step}.title`;
}

/** The error of a field as its component takes it. */
export function errorOf(props: QuestionProps, field: string) {
  const error = props.error(field);
  return error ? { error } : {};
}
