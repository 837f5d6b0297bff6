import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../platform/errors.ts';
import { can, type StaffActor } from '../identity/index.ts';
import type { Answer, Side } from './answers.ts';
import { OUT, possible, type ReferralEvent, type ReferralState } from './referral.ts';
import { openScene, type Scene } from './testing/scene.ts';

const _HOUR = 3_600_000;
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
}, 60_000);
afterAll(() => scene?.close());

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error));
const attempt = (action: () => Promise<unknown>): Promise<string> => action().then(() => 'ok', codeOf);

/** Everybody who may try, of our side, of the body, of another body, of another place. */
const PEOPLE: Record<string, () => StaffActor> = {
  analyst: () => scene.actor('analyst'),
  senior: () => scene.actor('senior-analyst'),
  supervisor: () => scene.actor('supervisor'),
  custodian: () => scene.actor('custodian'),
  helpline: () => scene.actor('helpline'),
  officer: () => scene.actor('police'),
  officerThere: () => scene.actor('police', { territory: ['MA-01'] }),
  officerElsewhere: () => scene.actor('police', { territory: ['MA-06'] }),
  otherForce: () => scene.actor('police', { organisationId: scene.organisation('Care service (demonstration)') }),
  care: () => scene.actor('care-worker'),
  administrator: () => scene.actor('administrator'),
};

type Step = { who: string; what: ReferralEvent | 'open' | 'proceed'; side: Side };

describe('a crowd at one referral', () => {
  it('loses nothing, decides nothing twice, and shows nothing to whom it was not referred', async () => {
    const { drafting, answers, store, seal } = scene.referral;
    const step = fc.record({
      who: fc.constantFrom(...Object.keys(PEOPLE)),
      what: fc.constantFrom<Step['what'][]>(
        'changed',
        'review-asked',
        'review-passed',
        'review-refused',
        'send',
        'sealed',
        'sealed',
        'received',
        'accepted',
        'declined',
        'returned',
        'outcome',
        'last-outcome',
        'withdrawn',
        'open',
        'proceed',
      ),
      side: fc.constantFrom<Side[]>('body', 'sender'),
    });
    const place = scene.country.provinces().find((p) => p.region.code === 'MA-01')?.code ?? '';

    async function run(id: string, author: StaffActor, { who, what, side }: Step): Promise<string> {
      const actor = (PEOPLE[who] as () => StaffActor)();
      const answer = (a: Answer) => answers.answer(actor, id, side, a);
      switch (what) {
        case 'changed':
          return attempt(() => drafting.change(actor, id, scene.input({ sensitive: true, place, hold: true })));
        case 'review-asked':
          return attempt(() => drafting.askReview(actor, id));
        case 'review-passed':
          return attempt(() => drafting.review(actor, id, true, ''));
        case 'review-refused':
          return attempt(() => drafting.review(actor, id, false, 'no'));
        case 'send':
          return attempt(() => drafting.send(actor, id));
        case 'sealed':
          return attempt(() => seal({ referral: id }));
        case 'received':
          return attempt(() => answer({ event: 'received' }));
        case 'accepted':
          return attempt(() => answer({ event: 'accepted', words: '' }));
        case 'declined':
          return attempt(() => answer({ event: 'declined', reason: 'not-competent', words: '' }));
        case 'returned':
          return attempt(() => answer({ event: 'returned', words: 'more' }));
        case 'outcome':
          return attempt(() => answer({ event: 'outcome', outcome: 'in-court', words: '' }));
        case 'last-outcome':
          return attempt(() => answer({ event: 'outcome', outcome: 'no-offence', words: '' }));
        case 'withdrawn':
          return attempt(() => drafting.withdraw(actor, id, 'no'));
        case 'open':
          return attempt(() => answers.open(actor, id, side));
        case 'proceed':
          return attempt(() => answers.proceed(actor, id, side));
      }
      void author;
    }

    const PREPARERS = ['analyst', 'senior'];
    const REVIEWERS = ['supervisor', 'custodian'];
    const RECORDERS = ['senior', 'supervisor'];
    const RECEIVERS = ['officer', 'officerThere'];

    /** Whether this person may do this at all, by the words; the model does not ask the policy table. */
    function permitted({ who, what, side }: Step, state: ReferralState): boolean {
      if (what === 'sealed') return true;
      if (['changed', 'review-asked', 'send', 'withdrawn'].includes(what)) return PREPARERS.includes(who);
      if (what.startsWith('review')) return REVIEWERS.includes(who);
      if (side === 'body') return RECEIVERS.includes(who) && OUT.includes(state);
      if (what === 'open') return PREPARERS.includes(who);
      return RECORDERS.includes(who);
    }

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 45 }), async (steps) => {
        const { item } = await scene.item();
        const author = scene.actor('analyst');
        const id = await drafting.create(
          author,
          { item, send: false },
          scene.input({ sensitive: true, place, hold: true }),
        );
        let state: ReferralState = 'draft';
        let packages = 0;
        for (const s of steps) {
          const said = await run(id, author, s);
          const allowed = permitted(s, state);
          if (!allowed) expect({ ...s, state, said }).toMatchObject({ said: expect.not.stringMatching(/^ok$/) });
          const before = state;
          if (said === 'ok' && s.what !== 'open' && s.what !== 'proceed') {
            if (s.what === 'sealed') {
              if (state === 'sealing') {
                state = 'sent';
                packages += 1;
              }
            } else {
              // An answer written down by one of us says with it that the package came.
              const from: ReferralState =
                s.side === 'sender' && state === 'sent' && s.what !== 'received' && s.what !== 'withdrawn'
                  ? 'received'
                  : state;
              expect(possible(from, s.what, true), `${s.what} in ${from}`).toBe(true);
              state = (
                {
                  changed: 'draft',
                  'review-asked': 'review',
                  'review-passed': 'cleared',
                  'review-refused': 'draft',
                  send: 'sealing',
                  received: 'received',
                  accepted: 'accepted',
                  declined: 'declined',
                  returned: 'returned',
                  outcome: 'answered',
                  'last-outcome': 'closed',
                  withdrawn: 'withdrawn',
                  sealed: 'sent',
                } as const
              )[s.what];
            }
          } else if (said === 'ok' && s.what === 'open' && s.side === 'body' && state === 'sent') state = 'received';
          const row = await store.get(id);
          expect({ step: s, before, state: row.state }).toEqual({ step: s, before, state });
          expect(await store.packages(id)).toHaveLength(packages);
          // Seen by whom it was referred to, and by nobody else.
          const seers = Object.keys(PEOPLE).filter((who) =>
            can((PEOPLE[who] as () => StaffActor)(), 'referral.receive', store.recordFor(row)),
          );
          expect(seers).toEqual(OUT.includes(state) ? RECEIVERS : []);
        }
        // Nothing happened that the log does not tell.
        const { rows } = await scene.platform.pool.query<{ n: number }>(
          `select count(*)::int as n from audit.entry where subject = $1 and action like 'referral.sealed'`,
          [`referral.referral:${id}`],
        );
        expect(rows[0]?.n).toBe(packages);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
