import type { FastifyRequest } from 'fastify';
import type { AssessmentAnswers, AssessmentSchema } from '../../../country/index.ts';
import type { DeskDeps } from '../../desk/context.ts';
import type { AssessmentRow } from '../../schema.ts';
import { allAnswers, type Judgement, PACK_OUTCOME } from '../answers.ts';
import type { ShownAssessment } from '../pages/assessment-facts.tsx';
import { routesOf } from '../routes-of.ts';

type Shows = Pick<DeskDeps, 'casework' | 'country'>;

/** A judgement in the words of the version that it was made under; older ones in those of the catalogue. */
function inWords(
  req: FastifyRequest,
  schema: AssessmentSchema | undefined,
  j: Omit<Judgement, 'note'>,
): ShownAssessment['answers'] {
  const { tr } = req;
  const { t } = tr;
  if (!schema)
    return [
      { term: t('casework.assess.severity'), value: t(`casework.severity.${j.severity}`) },
      { term: t('casework.assess.ageBand'), value: t(`casework.ageBand.${j.ageBand}`) },
      { term: t('casework.assess.sex'), value: t(`casework.sex.${j.sex}`) },
    ];
  const answers: AssessmentAnswers = allAnswers(j);
  return schema.fields.flatMap((f) => {
    const option = f.options.find((o) => o.id === answers[f.id]);
    return option ? [{ term: tr.text(f.label), value: tr.text(option.label) }] : [];
  });
}

/** Everything that a page shows of a judgement. `at` dates the law; `schema` is the version, null before there were any. */
export async function shownJudgement(
  deps: Shows,
  req: FastifyRequest,
  j: Omit<Judgement, 'note'> & { note: string },
  at: Date,
  schemaId: string | null,
): Promise<ShownAssessment> {
  const { casework, country } = deps;
  const { tr } = req;
  const schema = schemaId ? await casework.schemas.version(schemaId) : undefined;
  const outcome = schema?.outcomes.options.find((o) => o.id === PACK_OUTCOME[j.outcome]);
  const decision = { category: j.category, outcome: j.outcome, answers: allAnswers(j) };
  const { routes, family } = routesOf(decision, country.category(j.category).policeHold);
  const vocabularies = casework.assessing.crosswalk(decision);
  const article = (id: string) => {
    const [found] = country.law([id], country.localDate(at));
    return { text: found ? tr.text(found.title) : id, verified: found?.verified ?? false };
  };
  return {
    outcome: outcome ? tr.text(outcome.label) : tr.t(`casework.outcome.${j.outcome}.title`),
    category: tr.text(country.category(j.category).name),
    answers: inWords(req, schema, j),
    // As the law stood when it was judged.
    articles: j.legalArticles.map((id) => article(id)),
    note: j.note,
    routes,
    family,
    vocabularies,
    articleTitle: Object.fromEntries(
      [vocabularies.lanzarote, vocabularies.budapest, vocabularies.national].flatMap((v) =>
        'none' in v ? [] : v.map((a) => (typeof a === 'string' ? a : a.id)).map((id) => [id, article(id)]),
      ),
    ),
  };
}

/** The same for a row; `note` is open already. */
export const shownOf = (
  deps: Shows,
  req: FastifyRequest,
  row: Omit<AssessmentRow, 'note' | 'data_key'> & { note: string },
): Promise<ShownAssessment> =>
  shownJudgement(
    deps,
    req,
    {
      outcome: row.outcome,
      category: row.category,
      severity: row.severity,
      ageBand: row.age_band,
      sex: row.sex,
      legalArticles: row.legal_articles,
      note: row.note,
      answers: row.answers as AssessmentAnswers,
    },
    row.at,
    row.schema,
  );
