import { describe, expect, it } from 'vitest';
import { findRoot } from '../../platform/root.ts';
import {
  ASSESSMENT_FIELDS,
  type AssessmentField,
  assessmentSchemaOn,
  assessmentVersionFile,
  loadAssessmentSchemas,
  needOf,
  readAssessmentSchema,
} from './assessment-schema.ts';

const { versions, problems } = loadAssessmentSchemas(findRoot(), 'ma');
const [first] = versions;
if (!first) throw new Error('no version');
const question = (id: string) => first.fields.find((f) => f.id === id) as AssessmentField;

describe('the questions of an assessment', () => {
  it('are valid for Morocco, and ask every question that the crosswalk knows', () => {
    expect(problems).toEqual([]);
    expect(first.fields.map((f) => f.id).sort()).toEqual([...ASSESSMENT_FIELDS].sort());
  });

  it('are said in four languages, each in its own script', () => {
    for (const { label } of [...first.fields, ...first.fields.flatMap((f) => f.options), ...first.outcomes.options]) {
      expect(label.ar).toMatch(/[\u0600-\u06ff]/);
      expect(label.zgh).toMatch(/[\u2d30-\u2d7f]/);
    }
  });

  it('ask more about abuse material than about anything else', () => {
    expect(needOf(question('classification'), 'illegal', 'csam')).toBe('required');
    expect(needOf(question('classification'), 'illegal', 'image-abuse')).toBe('optional');
    expect(needOf(question('classification'), 'illegal', 'harassment')).toBe('not-asked');
    expect(needOf(question('reason'), 'illegal', 'csam')).toBe('not-asked');
  });

  it('hold from a date on; an edited file is another version', () => {
    const { id: _, ...body } = first;
    const later = readAssessmentSchema({ ...body, validFrom: '2027-02-01' });
    const both = [first, later];
    expect(assessmentSchemaOn(both, '2027-01-31')).toBe(first);
    expect(assessmentSchemaOn(both, '2027-02-01')).toBe(later);
    expect(assessmentSchemaOn(both, '2000-01-01')).toBe(first);
    const edited = structuredClone(body);
    edited.outcomes.label.en = 'Verdict';
    expect(readAssessmentSchema(body).id).toBe(first.id);
    expect(readAssessmentSchema(edited).id).not.toBe(first.id);
  });

  it('refuse an answer that no crosswalk knows, a question twice, and a version without an age', () => {
    const { id: _, ...body } = first;
    const faults = (change: (b: typeof body) => void) => {
      const copy = structuredClone(body);
      change(copy);
      return assessmentVersionFile.safeParse(copy).error?.issues.map((i) => i.message) ?? [];
    };
    expect(
      faults((b) => question('sex') && b.fields[2]?.options.push({ id: 'other', label: b.outcomes.label })),
    ).toEqual(['"sex" has no answer "other"']);
    expect(faults((b) => b.fields.push(structuredClone(b.fields[5] as AssessmentField)))).toEqual([
      'the field "content" appears twice',
    ]);
    expect(faults((b) => b.fields.splice(1, 1))).toEqual(['the field "ageBand" is missing']);
  });

  it('are missed at the start of a country that has none', () => {
    expect(loadAssessmentSchemas(findRoot(), 'zz').problems).toHaveLength(1);
  });
});
