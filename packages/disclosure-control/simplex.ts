import { add, compare, div, isZero, mul, ONE, type Rational, rational, sub, ZERO } from './rational.ts';

/**
 * Exact linear programming for small systems: maximise c·x subject to A·x = b, x >= 0, by the two-phase simplex method
 * with Bland's rule (which can't cycle). Returns undefined when there is no solution, 'unbounded' when there is no limit.
 */
export function maximise(
  a: readonly (readonly Rational[])[],
  b: readonly Rational[],
  c: readonly Rational[],
): Rational | 'unbounded' | undefined {
  const rows = a.length;
  const columns = c.length;
  // Phase 1 tableau: one artificial variable a row; b made non-negative.
  const t: Rational[][] = a.map((row, i) => {
    const negative = compare(b[i] as Rational, ZERO) < 0;
    const flip = (v: Rational) => (negative ? rational(-v.n, v.d) : v);
    return [
      ...row.map(flip),
      ...Array.from({ length: rows }, (_, j) => (i === j ? ONE : ZERO)),
      flip(b[i] as Rational),
    ];
  });
  const basis = t.map((_, i) => columns + i);
  const artificial = Array.from({ length: columns + rows }, (_, j) => (j >= columns ? rational(-1n) : ZERO));
  const first = run(t, basis, artificial, columns + rows);
  if (first === 'unbounded' || compare(first, ZERO) < 0) return undefined;
  // Artificial variables still in the basis stand at zero: pivot them out, or drop the redundant row.
  for (let i = 0; i < t.length; i++) {
    if ((basis[i] as number) < columns) continue;
    const j = (t[i] as Rational[]).findIndex((v, k) => k < columns && !isZero(v));
    if (j >= 0) pivot(t, basis, i, j);
    else {
      t.splice(i, 1);
      basis.splice(i, 1);
      i -= 1;
    }
  }
  return run(t, basis, [...c], columns);
}

function pivot(t: Rational[][], basis: number[], row: number, column: number): void {
  const r = t[row] as Rational[];
  const p = r[column] as Rational;
  const scaled = r.map((v) => (isZero(v) ? v : div(v, p)));
  t[row] = scaled;
  for (let i = 0; i < t.length; i++) {
    const factor = (t[i] as Rational[])[column] as Rational;
    if (i === row || isZero(factor)) continue;
    t[i] = (t[i] as Rational[]).map((v, k) =>
      isZero(scaled[k] as Rational) ? v : sub(v, mul(factor, scaled[k] as Rational)),
    );
  }
  basis[row] = column;
}

/** Runs the simplex from a feasible basis; columns at and above `limit` may not enter. */
function run(t: Rational[][], basis: number[], c: readonly Rational[], limit: number): Rational | 'unbounded' {
  const cost = (j: number) => c[j] ?? ZERO;
  const last = (t[0]?.length ?? 1) - 1;
  for (;;) {
    let entering = -1;
    for (let j = 0; j < limit && entering < 0; j++) {
      if (basis.includes(j)) continue;
      let reduced = cost(j);
      for (let i = 0; i < t.length; i++) {
        const v = (t[i] as Rational[])[j] as Rational;
        if (!isZero(v)) reduced = sub(reduced, mul(cost(basis[i] as number), v));
      }
      if (compare(reduced, ZERO) > 0) entering = j;
    }
    if (entering < 0) {
      let value = ZERO;
      for (let i = 0; i < t.length; i++)
        value = add(value, mul(cost(basis[i] as number), (t[i] as Rational[])[last] as Rational));
      return value;
    }
    let leaving = -1;
    let best: Rational | undefined;
    for (let i = 0; i < t.length; i++) {
      const v = (t[i] as Rational[])[entering] as Rational;
      if (compare(v, ZERO) <= 0) continue;
      const ratio = div((t[i] as Rational[])[last] as Rational, v);
      const order = best ? compare(ratio, best) : -1;
      if (order < 0 || (order === 0 && (basis[i] as number) < (basis[leaving] as number))) {
        best = ratio;
        leaving = i;
      }
    }
    if (leaving < 0) return 'unbounded';
    pivot(t, basis, leaving, entering);
  }
}
