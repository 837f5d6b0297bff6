import type { FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Platform } from '../../platform/platform.ts';
import type { Casework } from '../casework/index.ts';
import type { Country } from '../country/index.ts';
import type { Disclosure } from '../disclosure/index.ts';
import type { PrintingPort } from '../evidence/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Reporting } from '../reporting/index.ts';
import type { Retention } from '../retention/index.ts';
import { createAnswers } from './answers.ts';
import { createClocks } from './clocks.ts';
import { createDrafting } from './drafting.ts';
import { type EvidencePort, NO_CAPTURES } from './evidence-port.ts';
import { itemPanel } from './http/panel.tsx';
import { createMails } from './mails.ts';
import { createGathering } from './package/gather.ts';
import { createPackaging } from './package/make.ts';
import { createPreservation } from './preservation.ts';
import { registerRetention } from './retention.ts';
import { createSealer } from './seal-referral.handler.ts';
import { sealReferral } from './seal-referral.job.ts';
import { createStore } from './store.ts';
import { createWarnings } from './warning.ts';

export * from './events.ts';
export { type CaptureEntry, type EvidencePort, NO_CAPTURES } from './evidence-port.ts';
export { referralRoutes } from './http/routes.tsx';

export interface ReferralDeps {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  disclosure: Disclosure;
  identity: Identity;
  retention: Retention;
  printing: PrintingPort;
  evidence?: EvidencePort;
}

/** Packages to the security forces, the prosecutor, care services and other hotlines, and what they answer. */
export function createReferral(platform: Platform, deps: ReferralDeps) {
  const { casework, reporting, country, identity, retention, disclosure } = deps;
  const store = createStore(platform, country);
  const gathering = createGathering(platform, { casework, reporting, country, evidence: deps.evidence ?? NO_CAPTURES });
  const packaging = createPackaging(platform, deps.printing);
  const mails = createMails(platform, { country, identity, store });
  const warnings = createWarnings(platform, { casework, reporting, country, store });
  const drafting = createDrafting(platform, { casework, country, store, gathering, mails, disclosure, warnings });
  const answers = createAnswers(platform, { casework, reporting, country, store, mails });
  const preservation = createPreservation(platform, retention);
  const recovery = platform.config.evidence.recovery ? [platform.config.evidence.recovery] : [];
  createClocks(platform, { store, mails });
  casework.clocks.measureTold();
  registerRetention(retention);
  const needs = { casework, reporting, country, store, gathering, packaging, mails, warnings, disclosure, recovery };
  const seal = createSealer(platform, needs);
  platform.jobs.handle(sealReferral, seal);

  const service = {
    platform,
    casework,
    reporting,
    country,
    identity,
    store,
    gathering,
    mails,
    drafting,
    warnings,
    disclosure,
    answers,
    preservation,
    /** What the job does: makes and seals the package of a referral that is to go. */
    seal,
    /** The Ed25519 key that packages are signed with, for whoever checks one. */
    publicKeyPem: packaging.publicKeyPem,
    waitingCount: () => store.waiting(platform.clock.now()),
    /** What was referred about an item, for casework's page of it; undefined for who may not see it. */
    referralPanel: (item: string, req: FastifyRequest): Promise<VNode | undefined> => itemPanel(service, item, req),
  };
  return service;
}
export type Referral = ReturnType<typeof createReferral>;
