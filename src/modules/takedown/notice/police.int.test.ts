import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role, StaffActor } from '../../identity/index.ts';
import { openScene, type Scene } from '../testing/scene.ts';

const HOUR = 3_600_000;
let scene: Scene;

async function actor(role: Role): Promise<StaffActor> {
  const account = await scene.identity.findAccount(await scene.account(role));
  if (!account) throw new Error(`nobody is ${role}`);
  return {
    kind: 'staff',
    accountId: account.id,
    name: account.name,
    lang: account.lang,
    roles: account.roles,
    organisationId: account.organisationId,
    territory: account.territory,
    assurance: 'full',
    factors: ['passkey'],
    sessionId: 'test',
  };
}

/** An item whose notice waits for the police, and the referral that asks them. */
async function held(n: number) {
  const { item } = await scene.report({ category: 'sextortion', url: `http://photos.sample-host.example/p/${n}` });
  await scene.assess(item, { category: 'sextortion' });
  const notice = await scene.notice(item, 'held');
  const { referral } = scene;
  const input = {
    body: 'dgsn',
    category: 'sextortion' as const,
    urgency: 'urgent' as const,
    urgencyReason: 'Demands continue.',
    note: '',
    place: '',
    hold: true,
    sensitive: false,
    tellReporter: false,
    withWords: false,
    withAccounts: false,
    withPlace: false,
    warning: { decision: 'not-safe', reason: 'danger-now', words: '' } as const,
  };
  const id = await referral.drafting.create(await actor('analyst'), { item, send: true }, input);
  await referral.seal({ referral: id });
  return { item, notice: notice.id, id };
}

const stateOf = async (notice: string) => (await scene.takedown.store.get(scene.platform.db, notice)).state;

beforeAll(async () => {
  scene = await openScene({ seed: 31 });
  const country = scene.takedown.country;
  const police = (await scene.identity.listOrganisations()).find((o) => o.kind === 'security');
  await country.setOverlay('system', 'bodies.dgsn.organisation', police?.id ?? null);
  await country.setOverlay('system', 'bodies.dgsn.ageKeys', [await identityToRecipient(await generateIdentity())]);
}, 60_000);
afterAll(() => scene?.close());

describe('a notice that waits for the police', () => {
  it('shows what they were sent and where it stands', async () => {
    const { item, id, notice } = await held(1);
    const senior = await scene.signedIn('senior-analyst');
    const { code } = await scene.referral.store.get(id);
    expect((await senior.get(`/desk/notices/${notice}`)).body).toContain(code);
    await scene.referral.answers.answer(await actor('police'), id, 'body', { event: 'received' });
    await scene.referral.answers.answer(await actor('police'), id, 'body', { event: 'accepted', words: '' });
    const { police } = await scene.takedown.view.panel(item, await actor('senior-analyst'));
    expect(police.map((p) => p.row)).toMatchObject([{ code, state: 'accepted', may_proceed_at: null }]);
  });

  it('is never released by time: that the limit has passed is said, and a person decides', async () => {
    const { notice } = await held(2);
    await scene.pass(73 * HOUR);
    await scene.platform.ticks.run('referral.clocks');
    expect(await stateOf(notice)).toBe('held');
    const senior = await scene.signedIn('senior-analyst');
    expect((await senior.get(`/desk/notices/${notice}`)).body).toContain('decide');
  });

  it('goes on by the receiver’s own button, once evidence is preserved', async () => {
    const { item, id, notice } = await held(3);
    const { answers } = scene.referral;
    await expect(answers.proceed(await actor('care-worker'), id, 'body')).rejects.toThrow('IDENTITY_FORBIDDEN');
    await expect(answers.proceed(await actor('analyst'), id, 'sender')).rejects.toThrow('IDENTITY_FORBIDDEN');
    await scene.takedown.actions.recordPreservation(notice, await scene.account('analyst'));
    await answers.proceed(await actor('police'), id, 'body');
    expect(await stateOf(notice)).not.toBe('held');
    const [hold] = await scene.takedown.store.holds(scene.platform.db, [notice]);
    expect(hold).toMatchObject({ kind: 'police', decision: 'release', decided_by: await scene.account('police') });
    await scene.notice(item, 'queued', 'sent', 'by-hand', 'no-contact');
  });

  it('stays held by their word alone: evidence first', async () => {
    const { item, id, notice } = await held(4);
    await scene.referral.answers.proceed(await actor('supervisor'), id, 'sender');
    expect(await stateOf(notice)).toBe('held');
    const { police } = await scene.takedown.view.panel(item, await actor('senior-analyst'));
    expect(police[0]?.row.may_proceed_by).toBe(await scene.account('supervisor'));
    await scene.takedown.actions.recordPreservation(notice, await scene.account('analyst'));
    await scene.takedown.actions.decideHold(notice, 'police', 'release', await scene.account('supervisor'));
    expect(await stateOf(notice)).not.toBe('held');
  });
});
