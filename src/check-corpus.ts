import {
  CORPUS_NETWORKS,
  CORPUS_VANTAGES,
  type CorpusCase,
  createAuthority,
  readCorpus,
  stageCase,
  VANTAGE_ADDRESS,
} from '../world/corpus/index.ts';
import {
  CHECK_STATES,
  judgeCase,
  passes,
  type Score,
  scoreLines,
  scoreOf,
  type Verdict,
} from './modules/takedown/index.ts';
import { systemClock } from './platform/clock.ts';
import { systemRandom } from './platform/random.ts';

/** Cases that are looked at at the same time; silences wait, the rest is quick. */
const PARALLEL = 16;

const isSilent = ({ now }: CorpusCase): boolean =>
  [now, ...Object.values(now.from ?? {})].some((view) => view.fault === 'hang' || view.dns === 'TIMEOUT');

/**
 * Serves a folder of scripted pages on loopback and looks at each as the programme does.
 * @returns the score and what could not be read; nothing is passed over
 */
export async function checkCorpus(dir: string): Promise<{ score: Score; faults: string[] }> {
  const { cases, faults } = readCorpus(dir, CHECK_STATES);
  const authority = await createAuthority(new Date());
  const verdicts: Verdict[][] = [];
  const failed: string[] = faults.map((f) => `${f.name}: ${f.message}`);
  const ca = [authority.pem];
  // What is never answered takes its whole time: it begins first, and the others pass it by.
  const waiting = [...cases.entries()].toSorted(([, a], [, b]) => Number(isSilent(b)) - Number(isSilent(a))).values();
  const worker = async () => {
    for (const [i, each] of waiting) {
      const staged = await stageCase(each, authority);
      try {
        verdicts[i] = await judgeCase(
          {
            ...each,
            hasBefore: each.before !== undefined,
            show(phase) {
              staged.phase = phase;
            },
            vantages: CORPUS_VANTAGES.map((name) => ({
              name,
              localAddress: VANTAGE_ADDRESS[name],
              dnsServer: staged.dnsServer(name),
            })),
            portMap: staged.portMap,
            networks: CORPUS_NETWORKS,
            ca,
            asnOf: staged.asnOf,
          },
          { clock: systemClock, random: systemRandom },
        );
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      } finally {
        await staged.stop();
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return { score: scoreOf(verdicts.flat()), faults: failed };
}

/** `npm run salama -- check-corpus DIR`; answers the exit code. */
export async function runCheckCorpus(dir: string, print: (line: string) => void): Promise<number> {
  const { score, faults } = await checkCorpus(dir);
  for (const line of scoreLines(score)) print(line);
  for (const fault of faults) print(`BAD  ${fault}`);
  return passes(score) && faults.length === 0 ? 0 : 1;
}
