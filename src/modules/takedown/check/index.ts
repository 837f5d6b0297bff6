export { type Classification, classify, type Observation } from './classify.ts';
export {
  afterClosing,
  type CheckRecord,
  type CheckRule,
  type ClosingRule,
  DEFAULT_CHECK_RULE,
  DEFAULT_CLOSING_RULE,
  decideClosing,
  nextCheckDelay,
} from './closing.ts';
export { type LookDeps, lookAt } from './look.ts';
export { reasonWord } from './reasons.ts';
export { judgeCase, passes, type Score, type ScoredCase, scoreLines, scoreOf, type Verdict } from './score.ts';
export { type Fingerprint, fingerprintOf } from './signals.ts';
export { CHECK_STATES, type CheckState, STANDING, type Standing } from './state.ts';
