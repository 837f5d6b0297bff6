import { transaction } from '../../platform/db.ts';
import { defineError } from '../../platform/errors.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { recordAudit } from '../audit/index.ts';
import { assessmentSchemaOn, loadAssessmentSchemas } from './assessment-schema.ts';
import type { ClockStep } from './clocks-schema.ts';
import { holidayOn } from './intervals.ts';
import { readPack } from './load-pack.ts';
import { localTime } from './local-time.ts';
import { closesAt, nextOpening, openNow } from './opening-hours.ts';
import { applyOverlay, type JsonValue, type OverlayEntry, type OverlayProblem } from './overlay.ts';
import { bumpVersion, deleteRow, type OverlayRow, overlayVersion, putRow, readOverlay } from './overlay-store.ts';
import type { Audience, CategoryId, HelpLine, Urgency } from './pack-schema.ts';
import * as view from './pack-view.ts';
import { sendingTime } from './sending-time.ts';
import { PackError, validatePack } from './validate-pack.ts';
import { addWorkingTime, isWorkingTime, workingTimeBetween } from './working-time.ts';
import { zoneDisagreements } from './zone-check.ts';

export {
  ASSESSMENT_FIELDS,
  ASSESSMENT_VALUES,
  type AssessmentAnswers,
  type AssessmentField,
  type AssessmentFieldId,
  type AssessmentSchema,
  assessmentSchemaOn,
  covers,
  needOf,
  readAssessmentSchema,
} from './assessment-schema.ts';
export { NEVER_CATEGORIES, type NeverCategory } from './blocking-schema.ts';
export { CLOCK_STEPS, type ClockStep, type ClockTarget } from './clocks-schema.ts';
export type { FiguresRules } from './figures-schema.ts';
export {
  HELP_KINDS,
  type HelpKind,
  type ProtectiveTool,
  TOOL_AGES,
  TOOL_DEVICES,
  type ToolAge,
  type ToolDevice,
} from './help-tools-schema.ts';
export type { CannedText, CrisisScript, ReportingDuty } from './helpline-schema.ts';
export {
  type Ladder,
  type LawChange,
  type LawLab,
  RUNG_IDS,
  type Rung,
  type RungId,
  type Span,
  STOPPER_IDS,
  type StopperId,
} from './ladder-schema.ts';
export { offsetAt } from './local-time.ts';
export { extraParagraph, type NoticeRules, type TrustedFlagger } from './notices-schema.ts';
export type { JsonValue, OverlayProblem } from './overlay.ts';
export type { OverlayRow } from './overlay-store.ts';
export {
  type AllowedOutcome,
  AUDIENCES,
  type Audience,
  BODY_KINDS,
  type BodyKind,
  CATEGORY_IDS,
  type CaseReview,
  type CategoryId,
  type CountryPack,
  type Eyes,
  type HelpLine,
  type LawArticle,
  type OnlinePlatform,
  type OpeningHours,
  type ProviderSeed,
  type ReceivingBody,
  type RetentionRuleId,
  type RiskCategory,
  URGENCIES,
  type Urgency,
  type Weekday,
  type Words,
} from './pack-schema.ts';
export { type ActionCard, isCategoryId, type Province, type PublicGroup } from './pack-view.ts';
export { PackError } from './validate-pack.ts';

const OVERLAY_INVALID = defineError('country', 'OVERLAY_INVALID', 422);
const OVERLAY_UNKNOWN = defineError('country', 'OVERLAY_UNKNOWN', 404);

/** How often a process looks whether another one changed the overlay, in milliseconds. */
const VERSION_CHECK_MS = 5_000;
/** From so many days before the dated rows run out, every start says so. */
const CALENDAR_WARNING_DAYS = 120;

export type Country = ReturnType<typeof createCountry>;
type Needs = Pick<Platform, 'config' | 'log' | 'clock' | 'random' | 'db' | 'rootDir'>;

/**
 * The country in use: the pack `country/<config.country>` with the administrator's overlay on it.
 * Throws {@link PackError} with every problem when the files are not a valid pack. The overlay is there after `start()`.
 */
export function createCountry(platform: Needs) {
  const { config, log, clock, random, db } = platform;
  const base = readPack(platform.rootDir, config.country);
  const checked = validatePack(base);
  const schemas = loadAssessmentSchemas(platform.rootDir, config.country);
  const problems = [...(checked.ok ? [] : checked.problems), ...schemas.problems];
  if (!checked.ok || problems.length > 0) throw new PackError(config.country, problems);
  const basePack = checked.pack;

  let current = basePack;
  let version = -1;
  let overlayProblems: OverlayProblem[] = [];
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<boolean> = Promise.resolve(false);

  /** Looks at the version row and reads the overlay again when it moved. Returns whether the pack changed. */
  async function look(): Promise<boolean> {
    if ((await overlayVersion(db)) === version) return false;
    const overlay = await readOverlay(db);
    const applied = applyOverlay(base, basePack, overlay.rows);
    current = applied.pack;
    overlayProblems = applied.problems;
    version = overlay.version;
    for (const p of applied.problems) log.warn({ key: p.key, problems: p.problems }, 'country overlay entry left out');
    return true;
  }

  /** One look after the other: a slow look that began earlier must not put an older pack back. */
  function refresh(): Promise<boolean> {
    const next = looking.then(look, look);
    looking = next;
    return next;
  }

  /** Refuses a change that does not fit, or that would put out of force an entry that was in force. */
  function refuseBroken(key: string, before: readonly OverlayEntry[], after: readonly OverlayEntry[]): void {
    const old = new Set(applyOverlay(base, basePack, before).problems.map((p) => p.key));
    const inOrder = [...after].sort((a, b) => (a.key < b.key ? -1 : 1));
    const broken = applyOverlay(base, basePack, inOrder).problems.filter((p) => p.key === key || !old.has(p.key));
    if (broken.length === 0) return;
    throw OVERLAY_INVALID({ key, problems: broken.flatMap((p) => p.problems).join('; ') });
  }

  async function change(
    actor: string,
    action: 'set' | 'unset',
    key: string,
    apply: (rows: OverlayRow[]) => OverlayRow | null,
  ) {
    await transaction(db, async (tx) => {
      await bumpVersion(tx);
      const { rows } = await readOverlay(tx);
      const row = apply(rows);
      const at = clock.now();
      if (row) await putRow(tx, { ...row, setAt: at });
      else await deleteRow(tx, key);
      await recordAudit(tx, {
        at,
        id: uuidv7(clock, random),
        actor,
        action: `country.overlay.${action}`,
        subject: `country.overlay:${key}`,
        detail: row ? { value: row.value } : {},
      });
    });
    await refresh();
  }

  return {
    /** Reads the overlay, then watches it; logs zone data, and what in the calendar is wrong or runs out. */
    async start(): Promise<void> {
      await refresh();
      log.info({ country: config.country, overlay: version, zoneData: process.versions.tz }, 'country pack ready');
      for (const problem of zoneDisagreements(current.calendar))
        log.warn({ problem }, 'zone data and country calendar disagree');
      const left = view.calendarDaysLeft(current, clock.now());
      if (left < CALENDAR_WARNING_DAYS)
        log.warn({ knownUntil: current.calendar.knownUntil }, 'the country calendar runs out');
      timer ??= setInterval(() => {
        refresh().catch((err: unknown) => log.warn({ err }, 'country overlay not checked'));
      }, VERSION_CHECK_MS).unref();
    },
    stop(): void {
      clearInterval(timer);
      timer = undefined;
    },
    refresh,

    pack: () => current,
    categories: () => view.categoriesOf(current),
    category: (id: CategoryId) => view.categoryOf(current, id),
    /** The first page of the public form: about nine big groups and "something else". */
    publicGroups: (audience: Audience) => view.publicGroupsOf(current, audience),
    card: (id: CategoryId, audience: Audience) => view.cardOf(current, id, audience),
    helpLinesFor: (id: CategoryId, audience: Audience) => view.helpLinesOf(current, id, audience),
    barLines: () => view.barLinesOf(current),
    /** null: the hours of this line are not known. */
    openNow: (line: HelpLine, now: Date) => openNow(line.hours, current.calendar, now),
    nextOpening: (line: HelpLine, now: Date) => nextOpening(line.hours, current.calendar, now),
    closesAt: (line: HelpLine, now: Date) => closesAt(line.hours, current.calendar, now),
    /** Articles as they stand on a local date (YYYY-MM-DD), today unless told. */
    law: (ids: readonly string[], date: string = localTime(clock.now(), current.calendar.zone).date) =>
      view.lawOf(current, ids, date),
    /** After how many months what is destroyed. */
    retentionRules: () => current.retention.rules,
    /** How long a step of the work may take, by urgency. */
    clockTarget: (step: ClockStep, urgency: Urgency) => current.clocks.targets[step][urgency],
    helpline: () => current.helpline,
    wellbeing: () => current.wellbeing,
    /** Who may have to report by law what this category is about; `who` is a profession or a role of the desk. */
    duties: (category: CategoryId, who: { profession?: string; role?: string }) =>
      current.duties.duties.filter(
        (d) =>
          (d.categories === 'all' || d.categories.includes(category)) &&
          (who.role === undefined || d.roles.includes(who.role)) &&
          (who.profession === undefined || d.professions.includes(who.profession)),
      ),
    professions: () => current.duties.professions,
    /** What the national list may never take. */
    neverBlock: () => current.neverBlock,
    /** Protective tools and settings, in the order they are shown. */
    tools: () => [...current.tools.tools].sort((a, b) => a.order - b.order),
    /** Names that always answer, whatever a family closes. */
    helpNames: () => current.helpNames,
    /** Times and counts of the decisions about the national list. */
    blocking: () => current.blocking,
    /** Where a family's rules begin, by age band. */
    safeAccess: () => current.safeAccess,
    preservationDays: () => current.retention.preservationDays,
    /** The questions of an assessment as they stand on a local date (YYYY-MM-DD), today unless told. */
    assessmentSchema: (date: string = localTime(clock.now(), current.calendar.zone).date) =>
      assessmentSchemaOn(schemas.versions, date),
    /** How decisions are checked: second looks, samples, crowds, accusations. */
    caseReview: () => current.caseReview,
    platforms: () => view.platformsOf(current),
    platformForHost: (host: string) => view.platformForHost(current, host),
    providerForHost: (host: string) => view.providerForHost(current, host),
    provinces: () => view.provincesOf(current),
    placeNames: (codes: readonly string[]) => view.placeNames(current, codes),
    /** Hours within which a notice of this category asks for removal. */
    deadlineHours: (id: CategoryId) => view.deadlineOf(current, id),
    /** Who is asked after whom. Without a severity, the ladder of every severity. */
    ladderFor: (id: CategoryId, severity?: string) => view.ladderOf(current, id, severity),
    escalation: () => current.escalation,
    lawLab: () => current.lawLab,
    /** Whoever a referral can go to, in order; inactive ones too. */
    bodies: () => [...current.bodies.bodies].sort((a, b) => a.order - b.order),

    /** For which periods figures about single providers are published. */
    figures: () => current.figures,

    /** When letters to providers go out. */
    notices: () => current.notices,
    /** When a letter that is ready may go: in the receiver's working hours (ISO 3166-1 code), or our own. */
    sendingTime: (at: Date, receiver: string | null) => sendingTime(current, at, receiver),
    isWorkingTime: (now: Date) => isWorkingTime(current.calendar, now),
    addWorkingTime: (from: Date, ms: number) => addWorkingTime(current.calendar, from, ms),
    workingTimeBetween: (from: Date, to: Date) => workingTimeBetween(current.calendar, from, to),
    /** YYYY-MM-DD on the country's clock. */
    localDate: (now: Date) => localTime(now, current.calendar.zone).date,
    holiday: (now: Date) => holidayOn(current.calendar, localTime(now, current.calendar.zone).date),

    overlay: async () => (await readOverlay(db)).rows,
    /** Entries that no longer fit the pack and are therefore not in force. */
    overlayProblems: () => overlayProblems,
    /**
     * Changes one value of the pack for everybody, audited. See `OverlayEntry` for the path.
     * Throws COUNTRY_OVERLAY_INVALID (422), naming every problem, when the pack would not be valid with it.
     */
    async setOverlay(actor: string, key: string, value: JsonValue): Promise<void> {
      await change(actor, 'set', key, (rows) => {
        const others = rows.filter((r) => r.key !== key);
        refuseBroken(key, rows, [...others, { key, value }]);
        return { key, value, setBy: actor, setAt: clock.now() };
      });
    },
    /** Gives a value back to the pack. Throws COUNTRY_OVERLAY_UNKNOWN (404), or COUNTRY_OVERLAY_INVALID when others need it. */
    async unsetOverlay(actor: string, key: string): Promise<void> {
      await change(actor, 'unset', key, (rows) => {
        if (!rows.some((r) => r.key === key)) throw OVERLAY_UNKNOWN({ key });
        refuseBroken(
          key,
          rows,
          rows.filter((r) => r.key !== key),
        );
        return null;
      });
    },
  };
}
