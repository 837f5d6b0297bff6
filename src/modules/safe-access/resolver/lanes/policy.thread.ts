import type { PolicyFactory } from '../../../../../packages/dns-proxy/policy.ts';
import { offsetAt } from '../../../../platform/zone-offset.ts';
import { WallClock } from '../../profile/wall-clock.ts';
import { notingChecks } from '../check-word.ts';
import { createPolicy } from '../policy.ts';
import { Registry } from '../registry.ts';
import { compileRewrites } from '../rewrites.ts';
import { sentencesIn } from '../sentence-table.ts';
import { Verdicts } from '../verdicts.ts';
import { LaneCounts } from './counts.ts';
import type { LaneLink, LaneWord } from './orders.ts';
import { LaneState } from './state.ts';

/*
 * The policy of safe access in a lane's thread. Runs unbuilt in tests and as an entry of its own in dist/server: imports
 * nothing that needs the database, catalogues or the country's pack.
 */

const TICK_MS = 1_000;
/** Counts go home after so many ticks. */
const COUNTS_EVERY = 5;

const factory: PolicyFactory = (given) => {
  const { settings, port, control } = given as LaneLink;
  const send = (word: LaneWord) => port.postMessage(word);
  const clock = new WallClock((instant) => offsetAt(instant, settings.zone));
  let starting = true;
  const state = new LaneState({ port, control }, new Registry(clock), (error) => {
    // Who cannot even be told how things stand does not begin.
    if (starting) throw error;
    // It refuses from now on; the thread ends, and the next one is told everything.
    setImmediate(() => {
      throw error;
    });
  });
  const counts = new LaneCounts(send);
  const policy = createPolicy({
    get help() {
      return state.help;
    },
    national: state.national,
    categories: state.categories,
    freed: () => state.freed,
    registry: state.registry,
    rewrites: compileRewrites(settings.rewrites),
    verdicts: new Verdicts({
      sentences: sentencesIn(settings.sentences),
      publicOrigin: settings.publicOrigin,
      blockAddress: settings.blockAddress,
      lang: settings.lang,
    }),
    noting: counts,
    onTrouble: (error) => send({ kind: 'trouble', error }),
  });
  const noting = notingChecks(policy, {
    dnsName: settings.dnsName,
    known: (device) => state.registry.device(device) !== undefined,
    asked: (device, word) => send({ kind: 'check', device, word }),
  });
  state.follow();
  starting = false;
  let ticks = 0;
  const timer = setInterval(() => {
    state.catchUp();
    if (++ticks % COUNTS_EVERY === 0) counts.flush();
  }, TICK_MS);
  timer.unref();
  return {
    decide(q) {
      state.follow();
      return noting.decide(q);
    },
    noted: (q, verdict) => noting.noted?.(q, verdict),
    close() {
      clearInterval(timer);
      counts.flush();
    },
  };
};
export default factory;
