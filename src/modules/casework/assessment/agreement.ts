/** Two independent judgements of one thing. */
export interface Pair<T extends string = string> {
  first: T;
  second: T;
}

export interface Agreement {
  pairs: number;
  /** Share of pairs that agree, 0 to 1; undefined without pairs. */
  observed: number | undefined;
  /** Cohen's kappa, -1 to 1: agreement beyond chance. Undefined where chance alone would agree always. */
  kappa: number | undefined;
}

/** Percent agreement and Cohen's kappa (Cohen 1960). Pure. */
export function agreementOf(pairs: readonly Pair[]): Agreement {
  const n = pairs.length;
  if (n === 0) return { pairs: 0, observed: undefined, kappa: undefined };
  const labels = new Set(pairs.flatMap((p) => [p.first, p.second]));
  const same = pairs.filter((p) => p.first === p.second).length;
  // In whole numbers: the order of the pairs must not change the last digit, nor hide that chance explains all.
  let chance = 0;
  for (const label of labels)
    chance += pairs.filter((p) => p.first === label).length * pairs.filter((p) => p.second === label).length;
  return {
    pairs: n,
    observed: same / n,
    kappa: chance === n * n ? undefined : (same * n - chance) / (n * n - chance),
  };
}
