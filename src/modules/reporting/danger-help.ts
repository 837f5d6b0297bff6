import type { Country, HelpLine } from '../country/index.ts';
import type { Duty } from './index.ts';

/** Who hears of a danger now, and which lines can be called: what every page about danger says, never better than it is. */
export interface DangerHelp {
  onDuty: boolean;
  lines: { line: HelpLine; open: boolean | null; next: Date | null }[];
}

export interface DangerHelpDeps {
  country: Country;
  duty(now: Date): Promise<Duty>;
}

export async function dangerHelp({ country, duty }: DangerHelpDeps, now: Date): Promise<DangerHelp> {
  const { first, second } = await duty(now);
  const bar = country.barLines();
  const others = country.helpLinesFor('self-harm', 'child').filter((l) => l.tel && !bar.some((b) => b.id === l.id));
  return {
    onDuty: first !== undefined || second !== undefined,
    lines: [...bar, ...others].map((line) => ({
      line,
      open: country.openNow(line, now),
      next: country.nextOpening(line, now),
    })),
  };
}
