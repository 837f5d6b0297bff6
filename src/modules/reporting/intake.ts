import type { Lang } from '../../platform/i18n/index.ts';
import type { CategoryId } from '../country/index.ts';
import { detectDanger } from './danger/index.ts';
import type { AgeBand, Channel, Occurred, Reporter, Visibility } from './schema.ts';

/** Limits of one report (issue: text 20,000 characters, 50 links). */
export const MAX_NARRATIVE = 20_000;
export const MAX_LINKS = 50;
export const MAX_LINK = 2100;
export const MAX_ACCOUNTS = 20;
export const MAX_ACCOUNT_NAME = 200;
export const MAX_SHORT = 500;
export const MAX_WHEREABOUTS = 1000;

export interface Link {
  /** Normalised address, shown to staff. */
  url: string;
  /** Equal for two spellings of one address. */
  key: string;
  /** What was typed. */
  original: string;
}

export interface Account {
  platform: string;
  name: string;
  /** Normalised name that is equal for two spellings of one account. */
  key: string;
}

/** How the reporter may be reached. All of it is sealed, and the reporter can delete it at any time. */
export interface Contact {
  /** Phone number, e-mail address or whatever was given. */
  value: string;
  safeToCall: 'yes' | 'no' | 'unknown';
  when: string;
  /** Who else uses this phone: a call could tell them. */
  sharedWith: string;
  /** A word that shows the caller is us, and the person is who wrote. Missing in contacts of before it was asked for. */
  codeWord?: string;
}

export interface ReportInput {
  /** The draft it was written as: danger that rang for it rings for the report. */
  draft?: string;
  /** Two submissions with one key are one report. */
  submissionKey: string;
  /** Digest of the body, to tell a replay from another body under the same key. */
  bodyHash?: Buffer;
  channel: Channel;
  language: Lang;
  reporter: Reporter;
  category: CategoryId;
  danger: boolean;
  links: Link[];
  accounts: Account[];
  narrative: string;
  contact?: Contact;
  whereabouts?: string;
  visibility: Visibility;
  ageBand: AgeBand;
  occurred: Occurred;
  occurredAt?: Date;
  organisation?: string;
  filedBy?: string;
}

export interface Accepted {
  id: string;
  /** 16 digits; shown to the reporter once. */
  receipt: string;
  /** False when this submission was already here. */
  fresh: boolean;
}

/**
 * An address as far as somebody may have put words into it. The four letters and digits in the middle of a random id read
 * like Arabizi now and then ("9tel"): one address in 150 would page somebody for nothing.
 */
export const wordsOfAddress = (address: string): string =>
  address.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, ' ');

/** Kinds of danger that the words of a report point to, in any of its fields. It only raises priority. */
export function dangerKinds(
  input: Pick<ReportInput, 'narrative' | 'links' | 'accounts' | 'contact' | 'whereabouts'>,
): string[] {
  const texts = [
    input.narrative,
    ...input.links.map((l) => wordsOfAddress(l.original)),
    ...input.accounts.map((a) => a.name),
    input.contact
      ? `${input.contact.value}\n${input.contact.when}\n${input.contact.sharedWith}\n${input.contact.codeWord ?? ''}`
      : '',
    input.whereabouts ?? '',
  ];
  const kinds = new Set<string>();
  for (const text of texts) if (text) for (const signal of detectDanger(text)) kinds.add(signal.kind);
  return [...kinds].sort();
}

export function inDanger(report: { danger_declared: boolean; danger_kinds: string[] }): boolean {
  return report.danger_declared || report.danger_kinds.length > 0;
}
