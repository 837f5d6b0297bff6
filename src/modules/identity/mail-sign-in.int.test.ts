import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Mail } from '../../platform/mail.ts';
import { createTestPlatform, type TestPlatform } from '../../platform/testkit/index.ts';
import { type Actor, VISITOR } from './actor.ts';
import { ACTIONS, createIdentity, type Identity, mayEver } from './index.ts';

let platform: TestPlatform;
let identity: Identity;
const mails: Mail[] = [];

beforeAll(async () => {
  platform = await createTestPlatform({ seed: 61 });
  platform.mail.send = async (mail) => {
    mails.push(mail);
    return { response: '250 ok' };
  };
  identity = createIdentity(platform);
  await platform.jobs.start(platform.pool);
}, 60_000);
afterAll(async () => {
  await platform.jobs.stop();
  await platform.close();
});

/** Asks for a mail and reads it. */
async function ask(email: string, cookies: Parameters<Identity['mailSignIn']['ask']>[1] = {}) {
  const before = mails.length;
  const { browser } = await identity.mailSignIn.ask({ email, lang: 'fr' }, cookies);
  for (let i = 0; i < 100 && mails.length === before; i++) await sleep(50);
  const mail = mails.at(-1) as Mail;
  expect(mails.length).toBe(before + 1);
  const token = /\/fr\/family\/enter\/(\S+)/.exec(mail.text)?.[1] ?? '';
  const code = /^\d{5} \d{5}$/m.exec(mail.text)?.[0] ?? '';
  return { browser, mail, token, code };
}
const refusedAs = (code: string) => expect.objectContaining({ code });
const HOUR = 3_600_000;
const decideEverywhere = (actor: Actor) => ACTIONS.filter((action) => mayEver(actor, action));

describe('a parent who comes by mail', () => {
  it('has an account after the link, of role parent and in no list of the administrator', async () => {
    const { browser, token } = await ask(' Mama@Family.Example ');
    expect((await platform.pool.query('select 1 from identity.account')).rowCount).toBe(0);
    await identity.mailSignIn.peek(token, browser);
    const opened = await identity.mailSignIn.withLink(token, browser);
    const actor = await identity.sessions.actorOf(opened.token);
    expect(actor).toMatchObject({ roles: ['parent'], assurance: 'full', factors: ['mail'], lang: 'fr' });
    expect(await identity.listAccounts()).toEqual([]);
    expect(await identity.listOrganisations()).toEqual([]);
  });

  it('opens nothing of the desk, and no action but that of its own pages', async () => {
    const { browser, token } = await ask('mama@family.example');
    const { token: session } = await identity.mailSignIn.withLink(token, browser);
    const actor = await identity.sessions.actorOf(session);
    expect(decideEverywhere(actor ?? VISITOR)).toEqual(['family.create', 'family.manage']);
  });

  it('signs in by the code of the mail where the mail is read elsewhere, once', async () => {
    const { browser, code, token } = await ask('mama@family.example');
    await expect(identity.mailSignIn.withLink(token, undefined)).rejects.toEqual(
      refusedAs('IDENTITY_LINK_OTHER_BROWSER'),
    );
    const { browser: other } = await identity.mailSignIn.ask({ email: 'else@family.example', lang: 'ar' });
    await expect(identity.mailSignIn.withLink(token, other)).rejects.toEqual(refusedAs('IDENTITY_LINK_OTHER_BROWSER'));
    await expect(identity.mailSignIn.withCode(code, other)).rejects.toEqual(refusedAs('IDENTITY_MAIL_CODE_REFUSED'));
    await identity.mailSignIn.withCode(code.replace(' ', ''), browser);
    await expect(identity.mailSignIn.withCode(code, browser)).rejects.toEqual(refusedAs('IDENTITY_MAIL_CODE_REFUSED'));
    await expect(identity.mailSignIn.withLink(token, browser)).rejects.toEqual(refusedAs('IDENTITY_LINK_INVALID'));
  });

  it('has five tries for a code, and half an hour for a link', async () => {
    platform.clock.advance(2 * HOUR);
    const { browser, code, token } = await ask('mama@family.example');
    for (let i = 0; i < 5; i++)
      await expect(identity.mailSignIn.withCode('00000 00000', browser)).rejects.toEqual(
        refusedAs('IDENTITY_MAIL_CODE_REFUSED'),
      );
    await expect(identity.mailSignIn.withCode(code, browser)).rejects.toEqual(refusedAs('IDENTITY_MAIL_CODE_REFUSED'));
    platform.clock.advance(HOUR / 2);
    await expect(identity.mailSignIn.withLink(token, browser)).rejects.toEqual(refusedAs('IDENTITY_LINK_INVALID'));
    await expect(identity.mailSignIn.peek(`${token.slice(0, -1)}x`, browser)).rejects.toEqual(
      refusedAs('IDENTITY_LINK_INVALID'),
    );
  });

  it('is the same to whoever asks for an address that works here; its mail opens nothing', async () => {
    const organisation = await platform.db
      .transaction()
      .execute((tx) =>
        identity.directory.insertOrganisation(tx, 'system', { name: 'Hotline', kind: 'hotline', territory: null }),
      );
    await platform.db.transaction().execute((tx) =>
      identity.directory.insertAccount(
        tx,
        'system',
        '01990000-0000-7000-8000-00000000000a',
        {
          name: 'Salma',
          email: 'salma@hotline.example',
          lang: 'fr',
          roles: ['parent', 'analyst'],
          organisationId: organisation.id,
        },
        'active',
      ),
    );
    const { mail, token, code } = await ask('salma@hotline.example');
    expect(mail.to).toBe('salma@hotline.example');
    expect([token, code]).toEqual(['', '']);
    expect(mail.text).not.toContain('/enter/');
  });

  it('is not flooded: five mails an hour from strangers, and its own browser still gets one', async () => {
    platform.clock.advance(2 * HOUR);
    const { browser, token } = await ask('baba@family.example');
    const opened = await identity.mailSignIn.withLink(token, browser);
    const device = await identity.mailSignIn.remember(opened);
    for (let i = 0; i < 4; i++) await ask('baba@family.example');
    await expect(identity.mailSignIn.ask({ email: 'baba@family.example', lang: 'ar' })).rejects.toEqual(
      refusedAs('IDENTITY_TOO_MANY_TRIES'),
    );
    await ask('baba@family.example', { device });
  });

  it('keeps no address in clear, and nothing that opens, and forgets within hours', async () => {
    const { token, code } = await ask('secret@family.example');
    const dump = JSON.stringify((await platform.pool.query('select * from identity.mail_link')).rows);
    expect(dump).not.toMatch(/secret@|family\.example/);
    expect(dump).not.toContain(token.split('.')[1]);
    expect(dump).not.toContain(code.replace(' ', ''));
    await identity.mailSignIn.purge(new Date(platform.clock.now().getTime() + 2 * HOUR));
    expect((await platform.pool.query('select 1 from identity.mail_link')).rowCount).toBe(0);
  });

  it('goes when it wants to: the account, its sessions and keys', async () => {
    platform.clock.advance(2 * HOUR);
    const { browser, token } = await ask('mama@family.example');
    const { token: session } = await identity.mailSignIn.withLink(token, browser);
    const actor = await identity.sessions.actorOf(session);
    if (!actor) throw new Error('no session');
    await identity.mailSignIn.rename(actor, ' ماما ');
    expect((await identity.findAccount(actor.accountId))?.name).toBe('ماما');
    await identity.mailSignIn.close(actor);
    expect(await identity.sessions.actorOf(session)).toBeUndefined();
    expect(await identity.findAccount(actor.accountId)).toBeUndefined();
  });
});
