import { useI18n } from '../../../platform/i18n/index.ts';
import { DefinitionList } from '../../../platform/ui/index.ts';
import type { Step } from '../answers.ts';
import { type QuestionProps, questionKey } from './question.ts';

/** All answers before they are sent; each leads back to its question. */
export function Review(props: QuestionProps) {
  const { t, text, lang } = useI18n();
  const { answers, sealed } = props;
  const face = props.child ? ('child' as const) : ('adult' as const);
  const category = props.categories.find((c) => c.id === answers.category);
  const none = t('reporting.review.nothing');
  const option = (step: 'who' | 'danger' | 'seen' | 'when' | 'age', value: string | undefined) =>
    value ? t(`reporting.step.${step}.option.${value}.title`) : none;
  const rows: { step: Step; value: preact.ComponentChildren }[] = [
    { step: 'who', value: option('who', answers.reporter) },
    { step: 'danger', value: option('danger', answers.danger) },
    { step: 'what', value: category ? text(category.wording[face].title) : none },
    {
      step: 'where',
      value:
        answers.links.length + sealed.accounts.length > 0 ? (
          <ul class="plain">
            {answers.links.map((l) => (
              <li key={l}>
                <bdi dir="ltr" class="ltr">
                  {l}
                </bdi>
              </li>
            ))}
            {sealed.accounts.map((a) => (
              <li key={`${a.platform} ${a.name}`}>
                <bdi>{a.name}</bdi>
              </li>
            ))}
          </ul>
        ) : (
          none
        ),
    },
    { step: 'story', value: sealed.narrative ? <p class="pre">{sealed.narrative}</p> : none },
    { step: 'seen', value: option('seen', answers.visibility) },
    { step: 'when', value: option('when', answers.occurred) },
    { step: 'age', value: option('age', answers.ageBand) },
    { step: 'contact', value: sealed.contact ? <bdi>{sealed.contact.value}</bdi> : none },
  ];
  return (
    <>
      <h1>{t(questionKey('review', props.child))}</h1>
      <p class="hint">{t('reporting.step.review.hint')}</p>
      <DefinitionList
        items={rows.map((r) => ({
          term: t(`reporting.review.${r.step}`),
          value: (
            <>
              {r.value}{' '}
              <a class="link" href={`/${lang}/report/${r.step}`}>
                {t('reporting.review.change')}
                <span class="vh"> {t(`reporting.review.${r.step}`)}</span>
              </a>
            </>
          ),
        }))}
      />
      {props.duties}
      <p class="hint">{t('reporting.notComplaint')}</p>
    </>
  );
}
