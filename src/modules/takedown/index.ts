import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Db } from '../../platform/db.ts';
import {
  createLettersEgress,
  createVantages,
  type Egress,
  type Vantage,
  vantagesOfLetters,
} from '../../platform/egress/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Casework, itemAssessed, itemReopened, reportsJoined } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Referral } from '../referral/index.ts';
import { type Reporting, reporterLooked } from '../reporting/index.ts';
import type { Retention } from '../retention/index.ts';
import type { CheckRule } from './check/index.ts';
import { createLadderDesk } from './escalation/desk.ts';
import { createDisputes } from './escalation/disputes.ts';
import { createGather } from './escalation/gather.ts';
import { createHotline } from './escalation/hotline.ts';
import { handleRetrace } from './escalation/retrace.ts';
import { createLadder } from './escalation/run.ts';
import { createStoppers } from './escalation/stopper-store.ts';
import { noticeSent } from './events.ts';
import { deskPanel } from './http/desk.routes.tsx';
import { createDeskView } from './http/desk-view.ts';
import { createCarriers } from './letter/carriers.ts';
import { createGathering } from './letter/gathering.ts';
import type { LetterRule } from './letter/letter.ts';
import { createLetterFacts } from './letter/letter-facts.ts';
import { createLetterStore } from './letter/letter-store.ts';
import { createLines } from './letter/lines.ts';
import { createProviderSettings } from './letter/provider-settings.ts';
import { createActions } from './notice/actions.ts';
import { createAnswers } from './notice/answers.ts';
import { createFacts } from './notice/facts.ts';
import { NEEDS_PERSON } from './notice/notice.ts';
import { createNoticeStore } from './notice/notice-store.ts';
import { createOutbox } from './notice/outbox.ts';
import { createPlaces } from './notice/places.ts';
import { createPolice } from './notice/police.ts';
import { createPreparation } from './notice/preparation.ts';
import { registerRetention } from './notice/retention.ts';
import { createTracer } from './notice/trace-item.handler.ts';
import { traceItem } from './notice/trace-item.job.ts';
import { createComments } from './providers/comments.ts';
import { createContacts } from './providers/contacts.ts';
import { markContradictions, registerOutcomeDates } from './providers/outcome-dates.ts';
import { createProviders } from './providers/providers.ts';
import { createQuestions } from './providers/questions.ts';
import { replaceContact } from './providers/replace-contact.job.ts';
import { createReplacement } from './providers/replacement.ts';
import { createProviderRule } from './providers/rule.ts';
import { createScores } from './providers/scores.ts';
import { createSilence } from './providers/silence.ts';
import { createNetworkTable, type NetworkTable } from './tracing/index.ts';
import { createOperatorNetworks } from './tracing/operator-networks.ts';
import { traceOrigin } from './tracing/origin.job.ts';
import { createOrigins } from './tracing/origin.ts';
import { createChecks } from './watch/checks.ts';
import { createLedElsewhere } from './watch/led-elsewhere.ts';
import { createMovedHandler } from './watch/moved.handler.ts';
import { traceMoved } from './watch/moved.job.ts';
import { createOutcomes } from './watch/outcomes.ts';
import { createRules, unreachableRule } from './watch/rule.ts';
import { createWatchStore } from './watch/watch-store.ts';

export {
  CHECK_STATES,
  type CheckState,
  judgeCase,
  passes,
  type Score,
  scoreLines,
  scoreOf,
  type Verdict,
} from './check/index.ts';
export { seedProviders } from './demonstration.ts';
export {
  cannotBeWithdrawn,
  judgementDisputed,
  judgementDoubted,
  noticeSent,
  reappeared,
  withdrawn,
} from './events.ts';
export { contactRoutes } from './http/contact.routes.tsx';
export { deskRoutes } from './http/desk.routes.tsx';
export { providerRoutes } from './http/provider.routes.tsx';
export { NOTICE_STATES, type NoticeState } from './notice/notice.ts';
export type { ProviderComment } from './providers/comments.ts';
export type { LeagueFacts } from './providers/scores.ts';
export { WITHDRAWN_BY, type WithdrawnBy } from './schema.ts';

export interface TakedownDeps {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  identity: Identity;
  retention?: Retention;
  /** Without it nothing goes to a foreign hotline. */
  referral?: Referral;
  /** Ways out, when not those of the configuration. */
  vantages?: [Vantage, ...Vantage[]];
  /** The way out for letters to interfaces, when not that of the configuration. */
  letterEgress?: Egress;
  /** Whose an address is, when not by the packaged data. */
  networks?: NetworkTable;
  /** When to look and when to close, when nobody set a rule. */
  rule?: CheckRule;
  /** When letters go, when not by the country's word. */
  letterRule?: LetterRule;
  /** By what the ladder's waits are divided, when not by the country's word. */
  faster?: number;
}

/** Counting stops here: "100 and more" says enough. */
const COUNT_LIMIT = 100;

/** Notices to providers, and looks at what was reported until it is gone. */
export function createTakedown(platform: Platform, deps: TakedownDeps) {
  const { db, log, events, jobs, ticks, config, clock, random } = platform;
  const { casework, reporting, country, identity } = deps;
  const vantages = deps.vantages ?? createVantages(config.egress, { clock, random });
  const networks = deps.networks ?? createNetworkTable();
  const store = createNoticeStore(platform);
  const watches = createWatchStore(platform);
  const providerRule = createProviderRule(platform);
  const contacts = createContacts(platform, { rules: providerRule });
  const providers = createProviders(platform, country, contacts);
  const operatorNetworks = createOperatorNetworks(platform, { findProvider: providers.findForNetwork });
  const questions = createQuestions(platform, { country, contacts, rules: providerRule });
  const silence = createSilence(platform, { contacts, rules: providerRule });
  const comments = createComments(platform, { contacts });
  const origins = createOrigins(platform, { store });
  const scores = createScores(platform, { country });
  const places = createPlaces({ contacts });
  const rules = createRules(platform, vantages.length, deps.rule);
  const preparation = createPreparation(platform, { casework, reporting, country, store, watches });
  const outcomes = createOutcomes(platform, { casework, reporting, store, watches, preparation, rules });
  const facts = createFacts(platform, { country, casework });
  const letterRule = (): LetterRule => {
    if (deps.letterRule) return deps.letterRule;
    const { demonstration, ...rule } = country.notices();
    return config.demo ? { ...rule, ...demonstration } : rule;
  };
  const letters = createLetterStore(platform);
  const letterFacts = createLetterFacts(platform, { country, facts });
  const gathering = createGathering(platform, { country, letters, rule: letterRule });
  const lines = createLines(platform, { country, casework, facts });
  const settings = createProviderSettings(platform);
  const carriers = createCarriers(platform, {
    country,
    settings,
    letterFacts,
    lines,
    egress: deps.letterEgress ?? createLettersEgress(config.egress, { clock, random }),
    thread: (notice) => store.thread(db, notice),
  });
  const outbox = createOutbox(platform, { casework, reporting, store, letters, gathering, carriers });
  const actions = createActions(platform, { casework, store, preparation, outbox, letters, contacts });
  const police = createPolice(platform, { store, actions });
  const disputes = createDisputes(platform, { casework, country, identity, store, facts });
  const answers = createAnswers(platform, {
    casework,
    country,
    reporting,
    store,
    watches,
    outbox,
    actions,
    disputes,
  });
  const stoppers = createStoppers(platform, store);
  const hotline = createHotline(platform, { country, referral: deps.referral });
  const faster = deps.faster ?? (config.demo ? country.escalation().demonstration.faster : 1);
  const gather = createGather({ casework, country, store, watches, police, contacts, faster });
  const ladder = createLadder(platform, { store, watches, actions, disputes, hotline, stoppers, gather, faster });
  const ladderDesk = createLadderDesk(platform, { store, ladder, stoppers, hotline });
  const view = createDeskView(platform, {
    identity,
    country,
    store,
    watches,
    rules,
    facts,
    answers,
    police,
    disputes,
    ladderDesk,
    origins,
  });
  const tracer = createTracer(platform, {
    ...{ store, providers, contacts, country, networks },
    findNetwork: operatorNetworks.find,
    vantage: vantages[0],
  });
  const replacement = createReplacement(platform, { country, store, letters, contacts, preparation, tracer });
  const looked = createLedElsewhere(db, casework);
  const lookAtDue = createChecks(platform, { watches, outcomes, rules, networks, vantages, looked });

  if (deps.retention) registerRetention(deps.retention);
  events.on(itemAssessed, preparation.onAssessed);
  events.on(reportsJoined, preparation.onReportsJoined);
  events.on(itemReopened, (tx, { item }) => watches.hurry(tx, item));
  events.on(reporterLooked, outcomes.onReporterLooked);
  jobs.handle(traceMoved, createMovedHandler(platform, { casework, store, watches, preparation, tracer }));
  handleRetrace(platform, { store, tracer });
  events.on(itemAssessed, hotline.onAssessed);
  ticks.every('takedown.ladder', 5_000, ladder.run);
  jobs.handle(traceItem, tracer.handle);
  jobs.handle(replaceContact, replacement.handle);
  jobs.handle(traceOrigin, async ({ notice }) => {
    const request = await origins.find(db, notice);
    if (request?.state === 'answered') await tracer.addOrigin(request);
  });
  contacts.onUnusable(replacement.onUnusable);
  events.on(noticeSent, origins.onSent);
  registerOutcomeDates(events);
  ticks.every('takedown.contacts', 10_000, questions.run);
  ticks.every('takedown.contradictions', 60_000, () => markContradictions(platform));
  ticks.every('takedown.bounces', 30_000, silence.bounces);
  ticks.every('takedown.silence', 3_600_000, silence.run);
  ticks.every('takedown.checks', 1_000, lookAtDue);
  ticks.every('takedown.send', 1_000, outbox.run);

  const service = {
    platform,
    identity,
    country,
    store,
    watches,
    providers,
    contacts,
    questions,
    comments,
    providerRule,
    operatorNetworks,
    origins,
    places,
    scores,
    tracer,
    replacement,
    rules,
    facts,
    letters,
    letterFacts,
    lines,
    carriers,
    settings,
    gathering,
    answers,
    actions,
    outcomes,
    disputes,
    stoppers,
    hotline,
    ladderDesk,
    view,

    /** Says at the start when no machine can ever close anything, and when letters give our looks away. */
    async start(): Promise<void> {
      const rule = await rules.current();
      if (unreachableRule(rule, vantages.length))
        log.warn(
          { vantages: vantages.length, needed: rule.minVantages },
          'the closing rule needs more vantages than are configured: only people can say that content is gone',
        );
      const shared = vantagesOfLetters(config.egress);
      if (shared.length > 0 && !config.demo)
        log.warn(
          { vantages: shared },
          'letters to interfaces leave by the same way as looks at content: a provider could recognise our looks; give SALAMA_EGRESS letters or these vantages a localAddress of their own',
        );
    },

    /** What withdrawals of these months rest on, counted apart. */
    withdrawals: (zone: string, months: readonly string[]) => watches.withdrawals(db, zone, months),

    /** Notices that wait for a person, at most 100. */
    waitingCount: () => store.count(db, NEEDS_PERSON, COUNT_LIMIT),

    /** A provider's objection waits for a decision: nothing further is asked, and nothing is blocked. */
    hasDispute: (item: string, tx: Db = db): Promise<boolean> => store.hasDispute(tx, item),

    /** Everything about notices and looks, for casework's page of an item; undefined for who may not see it. */
    takedownPanel: (item: string, req: FastifyRequest): Promise<VNode | undefined> => deskPanel(service, item, req),
  };
  return service;
}
export type Takedown = ReturnType<typeof createTakedown>;
