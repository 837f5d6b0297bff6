import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRoot } from '../../../platform/root.ts';
import type { Ladder, RungId, Span } from '../../country/index.ts';
import type { CheckState } from '../check/index.ts';
import { after, LIVE, type NoticeEvent, possible } from '../notice/notice.ts';
import { at, contact, facts, notice, reminder, T0 } from './facts.fixture.ts';
import { type LadderContact, type LadderFacts, type LadderNotice, nextStep, rungOf, type Step } from './ladder.ts';

const HOUR = 3_600_000;
const add = (from: Date, span: Span) => new Date(from.getTime() + span.minutes * 60_000);
/** As they are in the repository. */
const LADDERS: [Ladder, Ladder, Ladder] = JSON.parse(
  readFileSync(path.join(findRoot(), 'country/ma/escalation.json'), 'utf8'),
).ladders;
const [severe, , ordinary] = LADDERS;
const rulesOf = (ladder: Ladder) => ({ ladder, traceMs: 24 * HOUR, add });
const step = (given: LadderFacts, hours: number, ladder = severe) => nextStep(given, rulesOf(ladder), at(hours));

describe('the next step', () => {
  it('waits for the deadline, reminds once it was seen after the letter, then asks the registrar', () => {
    expect(step(facts(), 23)).toEqual({ kind: 'wait', reason: 'deadline', until: at(24) });
    expect(step(facts(), 24)).toMatchObject({ kind: 'wait', reason: 'look-first' });
    expect(step(facts({}, 23.5), 24)).toMatchObject({ kind: 'remind', count: 1, rung: 'host', seenAt: at(23.5) });
    const reminded = facts({ notices: [notice(), reminder(at(24))] }, 47);
    expect(step(reminded, 47)).toEqual({ kind: 'wait', reason: 'reminded', until: at(48) });
    expect(step(reminded, 48)).toMatchObject({ kind: 'ask', reason: 'silent', rung: 'registrar' });
  });

  it('is pushed only by a look that saw the content: walls and doubts ask a person, denials wait', () => {
    const seen = (state: CheckState) => step(facts({}, 30, state), 31);
    expect(seen('login-wall')).toMatchObject({ kind: 'person', reason: 'wall' });
    expect(seen('unreachable')).toMatchObject({ kind: 'person', reason: 'wall' });
    expect(seen('soft-404')).toMatchObject({ kind: 'person', reason: 'doubt' });
    expect(seen('up-changed')).toMatchObject({ kind: 'person', reason: 'doubt' });
    expect(seen('geo-blocked')).toMatchObject({ kind: 'person', reason: 'doubt' });
    expect(seen('gone-http')).toMatchObject({ kind: 'wait', reason: 'perhaps-gone' });
    expect(seen('moved-host')).toMatchObject({ kind: 'remind' });
    // A person looked after the wall.
    expect(step(facts({ seenAt: at(30.5) }, 30, 'login-wall'), 31)).toMatchObject({ kind: 'remind', seenAt: at(30.5) });
    // And nobody did where nothing may be fetched.
    expect(step(facts({ watch: undefined }), 31)).toMatchObject({ kind: 'person', reason: 'no-look' });
    expect(step(facts({ watch: undefined, seenAt: at(30) }), 31)).toMatchObject({ kind: 'remind' });
  });

  it('stands still while something is held, disputed, judged, on its way, or under a granted time', () => {
    const late = (over: Partial<LadderNotice>, more: Partial<LadderFacts> = {}) =>
      step(facts({ notices: [notice(over)], ...more }, 99), 100);
    expect(late({ state: 'held', sentAt: null })).toMatchObject({ kind: 'wait', reason: 'held' });
    expect(late({ state: 'disputed' })).toMatchObject({ kind: 'wait', reason: 'dispute' });
    expect(late({ state: 'queued', sentAt: null })).toMatchObject({ kind: 'wait', reason: 'on-its-way' });
    expect(late({ state: 'received', moreTimeUntil: at(120) })).toEqual({
      kind: 'wait',
      reason: 'more-time',
      until: at(120),
    });
    expect(late({}, { policeAsksToWait: true })).toMatchObject({ kind: 'wait', reason: 'police' });
    expect(late({}, { judgedAgain: true })).toMatchObject({ kind: 'wait', reason: 'judgement' });
    expect(late({ purpose: 'terms' })).toEqual({ kind: 'stop', reason: 'not-asked' });
    expect(late({ state: 'closed' })).toEqual({ kind: 'stop', reason: 'gone' });
  });

  it('tells a provider once that it is still there, then asks the next one', () => {
    const said = (over: Partial<LadderFacts>, look: number, now: number) =>
      step(facts({ notices: [notice({ state: 'removed', removedAt: at(5) }), ...(over.notices ?? [])] }, look), now);
    expect(said({}, 6, 6)).toMatchObject({ kind: 'wait', reason: 'removal-said', until: at(7) });
    expect(said({}, 6, 8)).toMatchObject({ kind: 'wait', reason: 'look-first' });
    expect(said({}, 7.5, 8)).toMatchObject({ kind: 'contradict', seenAt: at(7.5) });
    const told = { notices: [reminder(at(8), { id: 'c', kind: 'contradiction' })] };
    expect(said(told, 31, 31)).toMatchObject({ kind: 'wait', reason: 'contradicted', until: at(32) });
    expect(said(told, 31.5, 32)).toMatchObject({ kind: 'ask', reason: 'contradicted', rung: 'registrar' });
  });

  it('leaves a contact that is known to be wrong, and asks the host that a proxy named at once', () => {
    const wrong = facts({ notices: [notice({ unusableSince: at(1) })] }, 3.5);
    expect(step(wrong, 2)).toEqual({ kind: 'wait', reason: 'dead-contact', until: at(3) });
    expect(step(wrong, 4)).toMatchObject({ kind: 'ask', reason: 'dead-contact', rung: 'registrar' });
    const proxy = notice({ reach: 'proxy', contact: 'proxy1@example.org' });
    expect(step(facts({ notices: [proxy] }, 1), 1)).toMatchObject({ kind: 'wait', reason: 'deadline' });
    const named = facts({ notices: [proxy], originNamed: true }, 1);
    expect(step(named, 1)).toMatchObject({ kind: 'ask', reason: 'origin-named', contact: contact('host') });
    // Whoever it was once meant for, by whatever notice, is not chosen: the deed would be refused for ever.
    const meant = notice({ id: 'x', state: 'cancelled', sentAt: null, contact: 'Host1@example.org' });
    expect(step({ ...named, notices: [meant, proxy] }, 1)).toMatchObject({ kind: 'wait', reason: 'deadline' });
  });

  it('goes on from a contact that takes no mail, and finds nobody only with a person', () => {
    const dead = notice({ state: 'failed', sentAt: null, undeliverable: true });
    expect(step(facts({ notices: [dead] }, 1), 1)).toMatchObject({ kind: 'wait', reason: 'dead-contact' });
    expect(step(facts({ notices: [dead] }, 3), 3)).toMatchObject({ kind: 'ask', reason: 'dead-contact' });
    const alone = facts({ notices: [dead], contacts: [], ownerCleared: false }, 3);
    expect(step(alone, 3)).toMatchObject({ kind: 'person', reason: 'no-contact' });
  });

  it('traces again what is older than a day, or has moved since', () => {
    const spent = [notice(), reminder(at(24))];
    expect(step(facts({ notices: spent, tracedAt: at(1) }, 60), 60)).toMatchObject({
      kind: 'retrace',
      reason: 'stale',
    });
    expect(step(facts({ notices: spent, tracedAt: at(50) }, 60, 'moved-host'), 60)).toMatchObject({
      kind: 'retrace',
      reason: 'moved',
    });
  });

  it('never names a site’s owner without a word, asks for it only at the end, and takes a no for an answer', () => {
    const contacts = [contact('host'), contact('site')];
    const notices = [notice(), reminder(at(24))];
    const end = (ownerCleared: boolean | null, avoids = true) =>
      step(facts({ notices, contacts, ownerCleared, avoidsSite: avoids }, 60), 60);
    expect(end(null)).toMatchObject({ kind: 'person', reason: 'clearance' });
    expect(end(true)).toMatchObject({ kind: 'ask', rung: 'site' });
    expect(end(false)).toMatchObject({
      kind: 'exhausted',
      ends: [
        { rung: 'host', how: 'asked' },
        { rung: 'site', how: 'not-cleared' },
        { rung: 'registrar', how: 'no-contact' },
        { rung: 'upstream', how: 'no-contact' },
      ],
    });
    // Where a person has to say yes to a rung, it waits for that.
    const two = [notice(), reminder(at(72)), reminder(at(144))];
    const registrar = facts(
      { notices: two, contacts: [contact('host'), contact('registrar')], avoidsSite: false },
      300,
    );
    expect(step(registrar, 300, ordinary)).toEqual({ kind: 'person', reason: 'confirm', rung: 'registrar' });
    expect(step({ ...registrar, confirmed: new Set<RungId>(['registrar']) }, 300, ordinary)).toMatchObject({
      kind: 'ask',
      rung: 'registrar',
    });
  });
});

/* A model of everybody: our executor, providers, the desk, the content. */

interface World {
  now: Date;
  facts: LadderFacts;
  notices: LadderNotice[];
  rulesOf: ReturnType<typeof rulesOf>;
  moreTimes: Map<string, number>;
  sent: { to: string; kind: LadderNotice['kind']; root: string; at: Date }[];
  exhausted: number;
  /** Kinds of steps that were taken. */
  deeds: Set<Step['kind']>;
  gone: boolean;
  everCleared: boolean;
  n: number;
}

const change = (w: World, id: string, event: NoticeEvent, patch: Partial<LadderNotice> = {}) => {
  w.notices = w.notices.map((n) =>
    n.id === id && possible(n.state, event) ? { ...n, state: after(n.state, event), changedAt: w.now, ...patch } : n,
  );
};
const snapshot = (w: World): LadderFacts => ({ ...w.facts, notices: w.notices });

function check(w: World, done: Step): void {
  const acts = ['remind', 'contradict', 'ask', 'exhausted'].includes(done.kind);
  if (!acts) return;
  const blocked = w.notices.filter((n) => ['held', 'disputed', 'queued', 'tracing', 'by-hand'].includes(n.state));
  expect(blocked).toEqual([]);
  expect(w.gone).toBe(false);
  expect(w.facts.policeAsksToWait || w.facts.judgedAgain).toBe(false);
  const last = w.notices.filter((n) => n.kind === 'ask' && n.state !== 'cancelled').at(-1) as LadderNotice;
  if (last.state === 'sent' || last.state === 'received')
    expect(last.moreTimeUntil === null || last.moreTimeUntil <= w.now).toBe(true);
  // The newest look, or a person after it, saw it.
  const { watch, seenAt } = w.facts;
  const byLook = watch?.lastState === 'up-same' || watch?.lastState === 'moved-host';
  expect(byLook || (seenAt !== null && seenAt > (watch?.lastLookAt ?? T0))).toBe(true);
}

function perform(w: World, given: Step): void {
  check(w, given);
  w.deeds.add(given.kind);
  const id = `n${++w.n}`;
  const fresh = (over: Partial<LadderNotice>): LadderNotice =>
    notice({ id, state: 'queued', createdAt: w.now, changedAt: w.now, sentAt: null, ...over });
  if (given.kind === 'ask') {
    expect(
      w.notices.some((n) => n.kind === 'ask' && n.contact?.toLowerCase() === given.contact.contact.toLowerCase()),
    ).toBe(false);
    if (given.contact.reach === 'site' && w.facts.avoidsSite) expect(w.facts.ownerCleared).toBe(true);
    for (const n of w.notices) if (n.state === 'failed') change(w, n.id, 'replaced');
    w.notices.push(fresh({ contact: given.contact.contact, reach: given.contact.reach }));
  }
  if (given.kind === 'remind' || given.kind === 'contradict') {
    const root = w.notices.find((n) => n.id === given.notice) as LadderNotice;
    const kind = given.kind === 'remind' ? 'reminder' : 'contradiction';
    w.notices.push(fresh({ kind, reminderOf: root.id, contact: root.contact, reach: root.reach }));
  }
  if (given.kind === 'retrace') w.facts = { ...w.facts, tracedAt: w.now };
  if (given.kind === 'exhausted') {
    w.exhausted++;
    // Every rung was asked, or there was a reason why not; and every contact that may be asked was.
    const asked = new Set(w.notices.filter((n) => n.kind === 'ask').map((n) => n.contact));
    for (const rung of w.rulesOf.ladder.rungs) {
      const end = given.ends.find((e) => e.rung === rung.id);
      expect(end).toBeDefined();
      const known = w.facts.contacts.filter((c) => rungOf(w.rulesOf.ladder, c.reach).id === rung.id);
      const left = known.filter((c) => !asked.has(c.contact));
      const full =
        w.notices.filter((n) => n.kind === 'ask' && rungOf(w.rulesOf.ladder, n.reach).id === rung.id).length >=
        rung.contacts;
      if (end?.how === 'not-cleared') expect(w.facts.ownerCleared).toBe(false);
      else expect(left.length === 0 || full).toBe(true);
    }
    expect(w.notices.some((n) => n.kind === 'ask' && n.sentAt)).toBe(true);
  }
}

type Cmd = fc.Command<{ alive: boolean }, World>;
const command = (name: string, run: (w: World) => void): Cmd => ({
  check: () => true,
  run: (_m, w) => run(w),
  toString: () => name,
});
const onLive = (w: World, pick: number, f: (n: LadderNotice) => void) => {
  const live = w.notices.filter((n) => LIVE.includes(n.state) && n.kind === 'ask');
  const n = live[pick % Math.max(live.length, 1)];
  if (n) f(n);
};

const tick = command('tick', (w) => perform(w, nextStep(snapshot(w), w.rulesOf, w.now)));
/** An ordinary day: mail arrives, somebody looks, the ladder ticks; else hardly any run would come far. */
const day = (hours: number, lastState: CheckState) =>
  command(`day of ${hours} h, ${lastState}`, (w) => {
    w.now = new Date(w.now.getTime() + hours * HOUR);
    for (let ticks = 0; ticks < 3; ticks++) {
      for (const n of w.notices.filter((x) => x.state === 'queued')) {
        change(w, n.id, 'accepted', { sentAt: w.now });
        w.sent.push({ to: n.contact as string, kind: n.kind, root: n.reminderOf ?? n.id, at: w.now });
      }
      w.now = new Date(w.now.getTime() + HOUR);
      if (w.facts.watch) w.facts = { ...w.facts, watch: { ...w.facts.watch, lastState, lastLookAt: w.now } };
      else w.facts = { ...w.facts, seenAt: w.now };
      perform(w, nextStep(snapshot(w), w.rulesOf, w.now));
    }
  });

const commands = [
  ...Array.from({ length: 8 }, () =>
    fc.tuple(fc.integer({ min: 1, max: 80 }), fc.constant<CheckState>('up-same')).map(([h, state]) => day(h, state)),
  ),
  fc.constant(tick),
  fc
    .constantFrom<CheckState>('up-same', 'up-same', 'up-same', 'moved-host', 'login-wall', 'soft-404', 'gone-http')
    .map((lastState) =>
      command(`look ${lastState}`, (w) => {
        if (w.facts.watch) w.facts = { ...w.facts, watch: { ...w.facts.watch, lastState, lastLookAt: w.now } };
      }),
    ),
  fc.constantFrom<'accepted' | 'refused'>('accepted', 'accepted', 'refused').map((event) =>
    command(`mail ${event}`, (w) => {
      for (const n of w.notices.filter((x) => x.state === 'queued')) {
        const patch = event === 'accepted' ? { sentAt: w.now } : { undeliverable: true };
        change(w, n.id, event, patch);
        if (event === 'accepted')
          w.sent.push({ to: n.contact as string, kind: n.kind, root: n.reminderOf ?? n.id, at: w.now });
      }
    }),
  ),
  fc
    .tuple(fc.constantFrom('received', 'removed', 'disagree', 'upheld', 'withdrawn', 'more-time'), fc.nat())
    .map(([what, pick]) =>
      command(`provider ${what}`, (w) =>
        onLive(w, pick, (n) => {
          if (what === 'received') change(w, n.id, 'says-received');
          if (what === 'removed') change(w, n.id, 'says-removed', { removedAt: n.removedAt ?? w.now });
          if (what === 'disagree') change(w, n.id, 'disagrees');
          if (what === 'upheld' || what === 'withdrawn') change(w, n.id, what, { decidedAt: w.now });
          const had = w.moreTimes.get(n.id) ?? 0;
          const { times, maxHours } = w.rulesOf.ladder.moreTime;
          if (what === 'more-time' && had < times && possible(n.state, 'granted-time')) {
            w.moreTimes.set(n.id, had + 1);
            change(w, n.id, 'granted-time', { moreTimeUntil: new Date(w.now.getTime() + maxHours * HOUR) });
          }
        }),
      ),
    ),
  fc.constantFrom('hold', 'release', 'release', 'police', 'police-done', 'police-done', 'judge', 'judged').map((what) =>
    command(what, (w) => {
      if (what === 'hold') for (const n of w.notices) change(w, n.id, 'held-again');
      if (what === 'release')
        for (const n of w.notices.filter((x) => x.state === 'held')) {
          change(w, n.id, 'released');
          change(w, n.id, 'mail-chosen');
        }
      if (what.startsWith('police')) w.facts = { ...w.facts, policeAsksToWait: what === 'police' };
      if (what.startsWith('judge')) w.facts = { ...w.facts, judgedAgain: what === 'judge' };
    }),
  ),
  fc.constantFrom<RungId | 'yes' | 'no' | 'seen'>('registrar', 'upstream', 'yes', 'no', 'seen').map((what) =>
    command(`person ${what}`, (w) => {
      if (what === 'seen') w.facts = { ...w.facts, seenAt: w.now };
      else if (what === 'yes' || what === 'no') {
        w.facts = { ...w.facts, ownerCleared: what === 'yes' };
        if (what === 'yes') w.everCleared = true;
      } else w.facts = { ...w.facts, confirmed: new Set([...w.facts.confirmed, what]) };
    }),
  ),
  fc.nat({ max: 19 }).map((chance) =>
    command(chance === 0 ? 'gone' : 'nothing', (w) => {
      if (chance > 0) return;
      w.gone = true;
      for (const n of w.notices) change(w, n.id, 'gone');
      if (w.facts.watch) w.facts = { ...w.facts, watch: { ...w.facts.watch, state: 'gone' } };
    }),
  ),
];

const worldOf = (ladder: Ladder, contacts: LadderContact[], account: boolean): World => ({
  now: T0,
  facts: facts({
    contacts,
    traceable: !account,
    ...(account ? { watch: undefined } : {}),
    avoidsSite: ladder.id !== 'ordinary',
  }),
  // Tracing never names the site first where its owner is suspected.
  notices: [notice({ state: 'queued', sentAt: null, ...(contacts.find((c) => c.reach !== 'site') ?? {}) })],
  rulesOf: rulesOf(ladder),
  moreTimes: new Map(),
  sent: [],
  exhausted: 0,
  deeds: new Set(),
  gone: false,
  everCleared: false,
  n: 0,
});

const someContacts = fc
  .subarray([contact('host'), contact('host', 2), contact('site'), contact('registrar'), contact('upstream')], {
    minLength: 1,
  })
  .map((list) => [...list]);

describe('the ladder and its notices, whatever anybody does', () => {
  it('sends nothing twice, nothing while it must wait, and ends only when everybody was asked', () => {
    const runs = { exhausted: 0, contradict: 0, ask: 0, remind: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...LADDERS),
        someContacts,
        fc.boolean(),
        fc.commands(commands, { maxCommands: 120, size: 'max' }),
        (ladder, contacts, account, cmds) => {
          let real: World | undefined;
          fc.modelRun(() => {
            real = worldOf(ladder, contacts, account);
            return { model: { alive: true }, real };
          }, cmds);
          const w = real as World;
          for (const kind of Object.keys(runs) as (keyof typeof runs)[]) if (w.deeds.has(kind)) runs[kind]++;
          for (const c of contacts) {
            const to = w.sent.filter((s) => s.to === c.contact);
            const rung = rungOf(ladder, c.reach);
            if (c.reach === 'site' && w.facts.avoidsSite && !w.everCleared) expect(to).toEqual([]);
            expect(to.filter((s) => s.kind === 'ask').length).toBeLessThanOrEqual(1);
            expect(to.filter((s) => s.kind === 'contradiction').length).toBeLessThanOrEqual(1);
            expect(to.filter((s) => s.kind === 'reminder').length).toBeLessThanOrEqual(rung.reminders);
          }
        },
      ),
      { numRuns: 400 },
    );
    // The runs came far enough to mean something.
    for (const [kind, n] of Object.entries(runs)) expect(n, kind).toBeGreaterThan(20);
  });

  it('comes to its end when nobody ever answers', () => {
    for (const ladder of LADDERS) {
      const w = worldOf(
        ladder,
        [contact('host'), contact('host', 2), contact('registrar'), contact('upstream')],
        false,
      );
      w.facts = { ...w.facts, ownerCleared: false, confirmed: new Set<RungId>(['registrar', 'upstream']) };
      const deeds: string[] = [];
      for (let h = 0; h < 24 * 365 && w.exhausted === 0; h++) {
        w.now = at(h);
        if (w.facts.watch) w.facts = { ...w.facts, watch: { ...w.facts.watch, lastLookAt: w.now } };
        for (const n of w.notices.filter((x) => x.state === 'queued')) change(w, n.id, 'accepted', { sentAt: w.now });
        const next = nextStep(snapshot(w), w.rulesOf, w.now);
        perform(w, next);
        if (next.kind === 'ask' || next.kind === 'remind') deeds.push(`${next.kind} ${next.rung}`);
      }
      expect(w.exhausted).toBe(1);
      const reminders = (id: string) =>
        Array(ladder.rungs.find((r) => r.id === id)?.reminders ?? 0).fill(`remind ${id}`);
      expect(deeds).toEqual([
        ...reminders('host'),
        'ask host',
        ...reminders('host'),
        'ask registrar',
        ...reminders('registrar'),
        'ask upstream',
        ...reminders('upstream'),
      ]);
    }
  });
});
