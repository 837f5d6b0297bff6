import type { ComponentChildren } from 'preact';
import { useI18n } from '../../../../platform/i18n/index.ts';
import {
  Bdi,
  Button,
  Callout,
  CsrfField,
  DefinitionList,
  Details,
  Field,
  Ltr,
  Tag,
  type TagTone,
} from '../../../../platform/ui/index.ts';
import { type Crosswalk, isNone, type None } from '../crosswalk.ts';
import type { Crowd } from '../crowd.ts';
import type { Route } from '../routes-of.ts';
import { type FamilyCategory, ICCAM } from '../vocabularies.ts';

interface ShownArticle {
  text: string;
  verified: boolean;
}

/** A judgement, ready to print. */
export interface ShownAssessment {
  outcome: string;
  category: string;
  answers: { term: string; value: string }[];
  articles: ShownArticle[];
  note: string;
  routes: readonly Route[];
  family: FamilyCategory | null;
  vocabularies: Crosswalk;
  articleTitle: Readonly<Record<string, ShownArticle>>;
}

const STANDING: Record<'verified' | 'in-force' | 'proposed' | 'disagreed' | 'not-in-force', TagTone> = {
  verified: 'done',
  'in-force': 'done',
  proposed: 'wait',
  disagreed: 'danger',
  'not-in-force': 'neutral',
};

/** How much stands behind a judgement. */
export function StandingTag(props: { standing: keyof typeof STANDING }) {
  const { t } = useI18n();
  return <Tag tone={STANDING[props.standing]}>{t(`casework.standing.${props.standing}`)}</Tag>;
}

function Articles(props: { list: readonly ShownArticle[] }) {
  const { t } = useI18n();
  return (
    <ul class="grid gap-1">
      {props.list.map((a) => (
        <li key={a.text}>
          {a.text} {!a.verified && <span class="text-muted">({t('casework.crosswalk.toVerify')})</span>}
        </li>
      ))}
    </ul>
  );
}

/** Where it leads, in the order in which it is done. */
export function Routes(props: { routes: readonly Route[]; family: FamilyCategory | null }) {
  const { t } = useI18n();
  if (props.routes.length === 0) return <>{t('casework.route.none')}</>;
  return (
    <ol class="grid gap-1">
      {props.routes.map((r) => (
        <li key={r}>
          {t(`casework.route.${r}`)}
          {r === 'family-filter' && props.family && <> ({t(`casework.family.${props.family}`)})</>}
        </li>
      ))}
    </ol>
  );
}

/** The judgement in the words of others: codes go left to right, ours stand beside them. */
function Vocabularies(props: { words: Crosswalk; titles: ShownAssessment['articleTitle'] }) {
  const { t } = useI18n();
  const { words } = props;
  const say = <T extends object | string>(word: T | None, show: (w: T) => ComponentChildren): ComponentChildren =>
    isNone(word) ? <span class="text-muted">{t(`casework.crosswalk.none.${word.none}`)}</span> : show(word as T);
  const articles = (list: readonly string[]) => (
    <Articles list={list.map((id) => props.titles[id] ?? { text: id, verified: false })} />
  );
  const iccam = say(words.iccam, (w) => (
    <>
      {t(`casework.crosswalk.iccam.${w.classification}`)}{' '}
      <Ltr>
        {[
          ICCAM.classification[w.classification],
          `age ${ICCAM.age[w.age]}`,
          `gender ${ICCAM.gender[w.gender]}`,
          ...(w.reason ? [`reason ${ICCAM.reason[w.reason]}`] : []),
        ].join(' · ')}
      </Ltr>
    </>
  ));
  const tip = say(words.cyberTipline, (w) => (
    <>
      {t(`casework.crosswalk.incident.${w.incident}`)}{' '}
      {w.reportAnnotations.length + w.fileAnnotations.length > 0 && (
        <Ltr>{[...w.reportAnnotations, ...w.fileAnnotations].join(', ')}</Ltr>
      )}
    </>
  ));
  const xarf = say(words.xarf, (w) => (
    <Ltr>{w.type === 'csam' ? `csam ${w.classification}` : `csem ${w.exploitationType} (${w.victimAgeRange})`}</Ltr>
  ));
  const items: { term: string; value: ComponentChildren }[] = [
    { term: 'ICCAM', value: iccam },
    { term: 'IWF', value: say(words.iwf, (w) => <Ltr>{w}</Ltr>) },
    { term: t('casework.crosswalk.industry'), value: say(words.industry, (w) => <Ltr>{w}</Ltr>) },
    { term: 'CyberTipline', value: tip },
    { term: 'DSA', value: say(words.dsa, (w) => <Ltr mono>{[w.category, ...w.keywords].join(' ')}</Ltr>) },
    { term: 'XARF', value: xarf },
    { term: t('casework.crosswalk.lanzarote'), value: say(words.lanzarote, articles) },
    { term: t('casework.crosswalk.budapest'), value: say(words.budapest, articles) },
    { term: t('casework.crosswalk.national'), value: say(words.national, (w) => articles(w.map((a) => a.id))) },
  ];
  return <DefinitionList compact items={items} />;
}

/** A judgement, question by question, with where it leads and how others call it. */
export function AssessmentFacts(props: { shown: ShownAssessment; by: string; at: Date }) {
  const tr = useI18n();
  const { t } = tr;
  const { shown } = props;
  return (
    <>
      <DefinitionList
        compact
        items={[
          { term: t('casework.assess.outcome'), value: shown.outcome },
          { term: t('casework.field.category'), value: shown.category },
          ...shown.answers,
          ...(shown.articles.length > 0
            ? [{ term: t('casework.assess.articles'), value: <Articles list={shown.articles} /> }]
            : []),
          { term: t('casework.route.title'), value: <Routes routes={shown.routes} family={shown.family} /> },
          ...(shown.note
            ? [
                {
                  term: t('casework.assess.note'),
                  value: (
                    <span class="whitespace-pre-wrap" dir="auto">
                      {shown.note}
                    </span>
                  ),
                },
              ]
            : []),
          { term: t('casework.assess.by'), value: <Bdi>{props.by}</Bdi> },
          { term: t('casework.assess.at'), value: tr.date(props.at) },
        ]}
      />
      <Details summary={t('casework.crosswalk.title')}>
        <Vocabularies words={shown.vocabularies} titles={shown.articleTitle} />
      </Details>
    </>
  );
}

/** What looks like a campaign: each reason with its numbers, and that it changes nothing. */
export function CrowdNote(props: { crowd: Crowd }) {
  const { t, date, duration } = useI18n();
  const { many, alike } = props.crowd;
  const numbers = ({ reports, from, to }: NonNullable<Crowd['many']>) => ({
    reports: reports,
    span: duration(Math.max(60_000, to.getTime() - from.getTime())),
    at: date(from),
  });
  return (
    <Callout tone="warn" icon="users" title={t('casework.crowd.title')}>
      <ul class="list-disc ps-5">
        {many && <li>{t('casework.crowd.why', numbers(many))}</li>}
        {alike && <li>{t('casework.crowd.alike', numbers(alike))}</li>}
      </ul>
      <p>{t('casework.crowd.weight')}</p>
    </Callout>
  );
}

/** A hash that somebody else knows: what was judged before is not looked at again. */
export function HashForm(props: { itemId: string }) {
  const { t } = useI18n();
  return (
    <Details summary={t('casework.hash.title')}>
      <form method="post" action={`/desk/items/${props.itemId}/hash`} class="grid gap-3">
        <CsrfField />
        <Field
          name="sha256"
          label={t('casework.hash.label')}
          hint={t('casework.hash.hint')}
          dir="ltr"
          maxLength={100}
          spellcheck={false}
          autocomplete="off"
        />
        <p>
          <Button variant="secondary">{t('casework.hash.enter')}</Button>
        </p>
      </form>
    </Details>
  );
}
