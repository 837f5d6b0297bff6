import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditTable, suppress, twoWayTable } from './index.ts';

const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** Every whole-number filling of the hidden cells that agrees with what is published, by brute force. */
function fillings(table: ReturnType<typeof twoWayTable>, hidden: readonly string[], most: number): number[][] {
  const out: number[][] = [];
  const values = new Map(table.cells);
  const fits = () =>
    table.equations.every((e) => (values.get(e.total) ?? 0) === e.parts.reduce((n, p) => n + (values.get(p) ?? 0), 0));
  const walk = (i: number) => {
    if (i === hidden.length) {
      if (fits()) out.push(hidden.map((h) => values.get(h) as number));
      return;
    }
    for (let v = 1; v <= most; v++) {
      values.set(hidden[i] as string, v);
      walk(i + 1);
    }
  };
  walk(0);
  return out;
}

describe('suppression', () => {
  it('hides a small count and one more in its row and column, so that no total gives it away', async () => {
    const counts: Record<string, number> = { a1: 3, a2: 40, a3: 50, b1: 30, b2: 20, b3: 60 };
    const table = twoWayTable(['a', 'b'], ['1', '2', '3'], (r, c) => counts[r + c] ?? 0);
    const result = await suppress(table, { threshold: 5 });
    expect([...result.primary]).toEqual(['a\u001f1']);
    expect(result.complementary.size).toBeGreaterThanOrEqual(3);
    expect(result.published.has('a\u001f1')).toBe(false);
    const range = result.audit.find((d) => d.cell === 'a\u001f1');
    expect(range && (range.max ?? Infinity) - range.min).toBeGreaterThanOrEqual(3);
  });

  it('shows a table without small counts as it is, zeros included', async () => {
    const table = twoWayTable(['a', 'b'], ['1', '2'], (r) => (r === 'a' ? 0 : 12));
    const result = await suppress(table, { threshold: 5 });
    expect(result.primary.size + result.complementary.size).toBe(0);
    expect(result.published).toEqual(table.cells);
  });

  it('sees that a single hidden cell is given away by its total', async () => {
    const table = twoWayTable(['a', 'b'], ['1', '2'], () => 9);
    expect(await auditTable(table, new Set(['a\u001f1']))).toEqual([{ cell: 'a\u001f1', min: 9, max: 9 }]);
  });

  it('sees what non-negativity gives away although linear algebra alone does not', async () => {
    // Two hidden cells that sum to 2 and are at least 1 are both 1.
    const table = twoWayTable(['a', 'b'], ['1', '2', '3'], (r, c) => (c === '3' ? 50 : r === 'a' ? 1 : 30));
    const found = await auditTable(table, new Set(['a\u001f1', 'a\u001f2', 'b\u001f1', 'b\u001f2']));
    expect(found.find((d) => d.cell === 'a\u001f1')).toEqual({ cell: 'a\u001f1', min: 1, max: 1 });
  });

  it('audits exactly: its ranges hold every filling that brute force finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 9, maxLength: 9 }),
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }),
        async (counts, picks) => {
          const rows = names('r', 3);
          const columns = names('c', 3);
          const table = twoWayTable(rows, columns, (r, c) => counts[rows.indexOf(r) * 3 + columns.indexOf(c)] ?? 0);
          const hidden = [...new Set(picks.map((p) => `${rows[Math.floor(p / 3)]}\u001f${columns[p % 3]}`))].filter(
            (h) => (table.cells.get(h) ?? 0) > 0,
          );
          const all = fillings(table, hidden, 20);
          for (const d of await auditTable(table, new Set(hidden))) {
            const seen = all.map((f) => f[hidden.indexOf(d.cell)] as number);
            expect(Math.min(...seen)).toBeGreaterThanOrEqual(d.min);
            if (d.max !== undefined) expect(Math.max(...seen)).toBeLessThanOrEqual(d.max);
            // Margins of a two-way table are totally unimodular: the linear ends are whole numbers that are reached.
            expect(Math.min(...seen)).toBe(d.min);
            if (d.max !== undefined) expect(Math.max(...seen)).toBe(d.max);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never publishes a small count, and leaves each of them a range of at least the protection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.nat({ max: 30 }), { minLength: 36, maxLength: 36 }),
        async (r, c, counts) => {
          const rows = names('r', r);
          const columns = names('c', c);
          const table = twoWayTable(rows, columns, (x, y) => counts[rows.indexOf(x) * 6 + columns.indexOf(y)] ?? 0);
          const result = await suppress(table, { threshold: 5 });
          for (const [, v] of result.published) expect(v === 0 || v >= 5).toBe(true);
          const again = await auditTable(table, new Set([...result.primary, ...result.complementary]));
          for (const d of again)
            if (result.primary.has(d.cell)) expect((d.max ?? Infinity) - d.min).toBeGreaterThanOrEqual(3);
          expect(result.published.size + result.primary.size + result.complementary.size).toBe(table.cells.size);
        },
      ),
      { numRuns: 120 },
    );
  });
});
