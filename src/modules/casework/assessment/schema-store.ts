import type { Db } from '../../../platform/db.ts';
import type { Platform } from '../../../platform/platform.ts';
import { type AssessmentSchema, type Country, readAssessmentSchema } from '../../country/index.ts';
import type { CaseworkTables } from '../schema.ts';

/** The versions that judgements were made under, kept word for word. */
export function createSchemaStore(
  platform: Pick<Platform, 'db' | 'clock'>,
  country: Pick<Country, 'assessmentSchema'>,
) {
  const { db, clock } = platform;
  /** Versions never change: read once, known for good. */
  const known = new Map<string, AssessmentSchema>();

  return {
    current: () => country.assessmentSchema(),

    /** Keeps the version before the first judgement that refers to it. */
    async keep(tx: Db, schema: AssessmentSchema): Promise<void> {
      const { id, ...body } = schema;
      await tx
        .withTables<CaseworkTables>()
        .insertInto('casework.assessment_schema')
        .values({ id, body: JSON.stringify(body), first_used_at: clock.now() })
        .onConflict((c) => c.column('id').doNothing())
        .execute();
    },

    /** The version under which something was judged. */
    async version(id: string): Promise<AssessmentSchema> {
      const have = known.get(id);
      if (have) return have;
      const row = await db
        .withTables<CaseworkTables>()
        .selectFrom('casework.assessment_schema')
        .select('body')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      // Under the id that it was kept by: a reader that learned a new rule meanwhile must not rename it.
      const schema = { ...readAssessmentSchema(row.body), id };
      known.set(id, schema);
      return schema;
    },
  };
}
export type SchemaStore = ReturnType<typeof createSchemaStore>;
