import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from './mailbox.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
let mailbox: Mailbox;
let transport: ReturnType<typeof createTransport>;

beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, now: () => NOW });
  transport = createTransport({ host: '127.0.0.1', port: mailbox.port });
});
afterAll(() => mailbox.stop());
afterEach(() => mailbox.refuse(null));

const notice = (messageId: string) => ({
  from: 'e-Salama <notices@e-salama.example>',
  to: 'Abuse@sample-host.example',
  cc: 'oncall@e-salama.example',
  subject: 'طلب إزالة محتوى',
  text: 'Bonjour,\nécrivez-nous.',
  html: '<p lang="ar" dir="rtl">السلام عليكم</p>',
  messageId,
  attachments: [{ filename: 'notice.json', content: '{}', contentType: 'application/json' }],
});

describe('mailbox', () => {
  it('keeps what was sent: envelope, headers, both bodies, attachments', async () => {
    await transport.sendMail(notice('<one@e-salama.example>'));
    const mail = await mailbox.waitFor((m) => m.messageId === '<one@e-salama.example>');
    expect(mail).toMatchObject({
      receivedAt: NOW,
      from: 'notices@e-salama.example',
      to: ['abuse@sample-host.example', 'oncall@e-salama.example'],
      subject: 'طلب إزالة محتوى',
      attachments: [{ filename: 'notice.json', contentType: 'application/json', octets: 2 }],
    });
    expect(mail.text).toContain('écrivez-nous');
    expect(mail.html).toContain('السلام عليكم');
    expect(mail.headers).toContainEqual({ name: 'Message-ID', value: '<one@e-salama.example>' });
  });

  it('takes the same Message-ID twice, as any server does', async () => {
    for (let i = 0; i < 2; i++) await transport.sendMail(notice('<twice@e-salama.example>'));
    const ids = mailbox.messages.filter((m) => m.messageId === '<twice@e-salama.example>').map((m) => m.id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('relays for nobody', async () => {
    const before = mailbox.messages.length;
    for (const to of ['someone@example.org', 'x@kids-game.example', 'x@not-e-salama.example'])
      await expect(transport.sendMail({ from: 'a@e-salama.example', to, text: 'x' })).rejects.toMatchObject({
        responseCode: 550,
      });
    expect(mailbox.messages).toHaveLength(before);
  });

  it.each([
    ['temporary', 451],
    ['permanent', 550],
  ] as const)('refuses for a while when told to: %s', async (how, responseCode) => {
    mailbox.refuse(how);
    await expect(transport.sendMail(notice(`<${how}@x>`))).rejects.toMatchObject({ responseCode });
    mailbox.refuse(null);
    await transport.sendMail(notice(`<${how}@x>`));
    expect(mailbox.messages.filter((m) => m.messageId === `<${how}@x>`)).toHaveLength(1);
  });

  it('can keep a mail and lose the answer', async () => {
    mailbox.refuse('lost-reply');
    await expect(transport.sendMail(notice('<lost@x>'))).rejects.toThrow();
    expect(mailbox.messages.filter((m) => m.messageId === '<lost@x>')).toHaveLength(1);
  });

  it('says so when nothing came', async () => {
    await expect(mailbox.waitFor(() => false, 20)).rejects.toThrow('no such mail within 20 ms');
  });
});
