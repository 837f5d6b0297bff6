import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booleans, byteas, instants, ints, jsons, texts, uuids } from './columns.ts';
import { createTestPlatform, type TestPlatform } from './testkit/index.ts';

interface Row {
  id: string | null;
  text: string | null;
  bytes: Buffer | null;
  n: number | null;
  yes: boolean | null;
  at: Date | null;
  json: unknown;
}

const nullable = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { nil: null });
const row: fc.Arbitrary<Row> = fc.record({
  id: nullable(fc.uuid()),
  // PostgreSQL stores no U+0000.
  text: nullable(fc.string({ unit: 'binary' }).map((t) => t.replaceAll('\0', '"\\{},NULL'))),
  bytes: nullable(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))),
  n: nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  yes: nullable(fc.boolean()),
  at: nullable(fc.date({ min: new Date('1583-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })),
  json: fc.oneof(
    fc.constant({}),
    fc.record({ a: fc.integer(), b: fc.array(fc.string({ unit: 'grapheme-ascii' })), c: fc.constant(null) }),
  ),
});

describe('columns', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await createTestPlatform();
  });
  afterAll(async () => {
    await platform?.close();
  });

  const unnested = async (rows: readonly Row[]): Promise<Row[]> =>
    (
      await sql<Row>`select id, text, bytes, n, yes, at, json from unnest(
        ${uuids(rows, (r) => r.id)}::uuid[], ${texts(rows, (r) => r.text)}::text[],
        ${byteas(rows, (r) => r.bytes)}::bytea[], ${ints(rows, (r) => r.n)}::int[],
        ${booleans(rows, (r) => r.yes)}::boolean[], ${instants(rows, (r) => r.at)}::timestamptz[],
        ${jsons(rows, (r) => r.json)}::jsonb[]
      ) with ordinality as given (id, text, bytes, n, yes, at, json, place) order by place`.execute(platform.db)
    ).rows;

  it('arrive as they were, nulls and no rows at all included', async () => {
    expect(await unnested([])).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        expect(await unnested(rows)).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('refuse what the type cannot hold', () => {
    const one = [null];
    expect(() => uuids(one, () => '0190')).toThrow('not a UUID');
    expect(() => uuids(one, () => '0190000g-0000-7000-8000-000000000001')).toThrow('not a UUID');
    expect(() => ints(one, () => 1.5)).toThrow(RangeError);
    expect(() => ints(one, () => 2 ** 31)).toThrow(RangeError);
    expect(() => instants(one, () => new Date(Number.NaN))).toThrow(RangeError);
  });
});
