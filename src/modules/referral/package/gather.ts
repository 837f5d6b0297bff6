import type { Db } from '../../../platform/db.ts';
import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Casework } from '../../casework/index.ts';
import type { Country, ReceivingBody } from '../../country/index.ts';
import type { ReportDetails, Reporting } from '../../reporting/index.ts';
import { type Completeness, completeness, type Part } from '../completeness.ts';
import type { CaptureEntry, EvidencePort } from '../evidence-port.ts';
import type { ReferralRow } from '../schema.ts';
import { type ReferralDocument, SCHEMA_ID } from './document.ts';

/** The newest reports of an item that a package tells in full; how many more there are is said. */
const REPORTS = 20;

export interface GatherNeeds {
  casework: Casework;
  reporting: Reporting;
  country: Country;
  evidence: EvidencePort;
}

export interface Wanted
  extends Pick<
    ReferralRow,
    'item' | 'category' | 'territory' | 'with_words' | 'with_accounts' | 'with_place' | 'urgency'
  > {
  urgencyReason: string;
}

/** What a referral is made of. */
export function createGathering(platform: Platform, needs: GatherNeeds) {
  const { db, clock, config, i18n } = platform;
  const { casework, reporting, country, evidence } = needs;
  const zone = () => country.pack().pack.zone;

  /** ISO 8601 with the offset that the country's clock had then. */
  function local(at: Date): string {
    const parts = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone(),
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(at);
    const name = new Intl.DateTimeFormat('en', { timeZone: zone(), timeZoneName: 'longOffset' })
      .formatToParts(at)
      .find((p) => p.type === 'timeZoneName')?.value;
    return `${parts.replace(' ', 'T')}${name?.replace('GMT', '') || '+00:00'}`;
  }
  const instant = (at: Date) => ({ utc: at.toISOString(), local: local(at), zone: zone() });

  function score(wanted: Wanted, found: Found): Completeness {
    const { item, assessment, reports, captures } = found;
    const names = item.kind === 'account' || reports.some((r) => r.accounts.length > 0);
    const have: Record<Part, boolean> = {
      'urgency-reason': wanted.urgencyReason.trim().length > 0,
      links: item.url !== null || reports.some((r) => r.links.length > 0),
      identifiers: wanted.with_accounts && names,
      time: reports.some((r) => r.occurredAt !== null || r.occurred === 'now'),
      assessment: assessment !== undefined,
      'legal-basis': (assessment?.legal_articles.length ?? 0) > 0,
      territory: (wanted.territory?.length ?? 0) > 0,
      'age-band':
        (assessment !== undefined && assessment.age_band !== 'unknown') || reports.some((r) => r.ageBand !== 'unknown'),
      words: wanted.with_words && reports.some((r) => r.hasNarrative),
      evidence: captures.length > 0,
    };
    return completeness(have);
  }

  interface Found {
    item: Awaited<ReturnType<Casework['item']>>;
    assessment: Awaited<ReturnType<Casework['latestAssessment']>>;
    reports: ReportDetails[];
    captures: readonly CaptureEntry[];
  }

  /** Nothing sealed is opened here. */
  async function find(item: string, tx: Db): Promise<Found> {
    const [row, assessment, ids, captures] = [
      await casework.item(item, tx),
      await casework.latestAssessment(item, tx),
      await casework.reportsOf(item, tx),
      await evidence.capturesOf(tx, item),
    ];
    const reports = await reporting.details.details(tx, ids.slice(-REPORTS));
    return { item: row, assessment, reports, captures };
  }

  async function reportOf(r: ReportDetails, row: ReferralRow, withContact: boolean) {
    const names = row.with_accounts ? await reporting.details.accountNames(db, r.id) : [];
    return {
      id: r.id,
      receivedAt: instant(r.receivedAt),
      language: r.language,
      reporter: r.reporter,
      occurred: r.occurred,
      occurredAt: r.occurredAt ? instant(r.occurredAt) : null,
      ageBand: r.ageBand,
      danger: r.dangerKinds,
      links: r.links.map((l) => l.original),
      accounts: r.accounts.map((a) => ({
        platform: a.platform,
        name: names.find((n) => n.ordinal === a.ordinal)?.name ?? null,
      })),
      words: row.with_words && r.hasNarrative ? ((await reporting.details.narrative(db, r.id)) ?? null) : null,
      place: row.with_place && r.hasWhereabouts ? ((await reporting.details.whereabouts(db, r.id)) ?? null) : null,
      contact: withContact && r.hasContact ? ((await reporting.details.contact(db, r.id)) ?? null) : null,
    };
  }

  return {
    /** How complete a referral would be; opens nothing. */
    assess: async (wanted: Wanted, tx: Db = db): Promise<Completeness> => score(wanted, await find(wanted.item, tx)),

    /** Everything that goes out, opened where the referral says so. The caller audits. */
    async document(
      row: ReferralRow,
      sealed: { urgencyReason: string; note: string },
      body: ReceivingBody,
      withContact: boolean,
    ): Promise<ReferralDocument> {
      const found = await find(row.item, db);
      const { item, assessment, captures } = found;
      const category = country.category(row.category);
      const says = (lang: 'ar' | 'fr') => createTranslator(i18n, lang, zone()).t('referral.doc.status');
      const articles = assessment ? country.law(assessment.legal_articles, country.localDate(assessment.at)) : [];
      return {
        schema: SCHEMA_ID,
        code: row.code,
        round: row.round + 1,
        madeAt: instant(clock.now()),
        status: { ar: says('ar'), fr: says('fr') },
        from: { name: 'e-Salama', origin: config.publicOrigin },
        to: { body: body.id, kind: row.kind, name: body.name },
        urgency: { level: row.urgency, reason: sealed.urgencyReason },
        hold: { asked: row.hold, until: row.hold && row.hold_until ? instant(row.hold_until) : null },
        category: { id: category.id, code: category.code, name: category.name },
        territory: row.territory ?? [],
        places: country.placeNames(row.territory ?? []),
        note: sealed.note,
        item: {
          id: item.id,
          kind: item.kind,
          url: item.url,
          host: item.host,
          platform: item.platform,
          reports: item.reports,
          firstReportedAt: instant(item.first_reported_at),
          lastReportedAt: instant(item.last_reported_at),
        },
        assessment: assessment
          ? {
              outcome: assessment.outcome,
              severity: assessment.severity,
              ageBand: assessment.age_band,
              sex: assessment.sex,
              at: instant(assessment.at),
              articles: articles.map((a) => ({ id: a.id, number: a.number, title: a.title })),
            }
          : null,
        reports: await Promise.all(found.reports.map((r) => reportOf(r, row, withContact))),
        reportsLeftOut: Math.max(0, item.reports - found.reports.length),
        included: {
          words: row.with_words,
          accounts: row.with_accounts,
          place: row.with_place,
          contact: withContact,
        },
        completeness: score({ ...row, urgencyReason: sealed.urgencyReason }, found),
        evidence: {
          captures: captures.map((c) => ({
            id: c.id,
            kind: c.kind,
            url: c.url,
            capturedAt: instant(c.capturedAt),
            sha256: c.sha256,
            stampedAt: c.stampedAt ? instant(c.stampedAt) : null,
          })),
          note: captures.length === 0 ? 'No capture of this item is kept here.' : '',
        },
      };
    },
  };
}
export type Gathering = ReturnType<typeof createGathering>;
