import { describe, expect, it } from 'vitest';
import { createAddresses } from '../addresses.ts';
import { guessLanguage } from './language.ts';
import { backoff } from './ledger.ts';
import { type MailHead, manners } from './manners.ts';
import { readHead, readPart } from './read.ts';
import { outline, type PartNode } from './structure.ts';
import { reportedLinks, unwrapped } from './take.ts';

const head = (over: Partial<MailHead> = {}): MailHead => ({
  from: 'someone@mail.example',
  returnPath: undefined,
  autoSubmitted: '',
  precedence: '',
  list: false,
  suppressed: false,
  report: false,
  ...over,
});
const own = new Set(['desk@e-salama.example']);

describe('who wrote a mail', () => {
  it.each<[string, Partial<MailHead>, 'person' | 'machine', string | undefined]>([
    ['a person', {}, 'person', undefined],
    ['a person whose program says so', { autoSubmitted: 'no' }, 'person', undefined],
    ['an automatic answer', { autoSubmitted: 'auto-replied (vacation)' }, 'machine', 'automatic'],
    ['an old automatic answer', { precedence: 'auto_reply' }, 'machine', 'automatic'],
    ['a bounce', { from: 'mailer-daemon@mx.example', returnPath: '' }, 'machine', 'bounce'],
    ['a delivery report', { report: true }, 'machine', 'bounce'],
    ['ourselves', { from: 'desk@e-salama.example' }, 'machine', 'own'],
    // A web form or a school’s system writes for a person: a report, only not answered.
    ['a web form', { autoSubmitted: 'auto-generated' }, 'person', 'automatic'],
    ['a list', { list: true }, 'person', 'list'],
    ['bulk', { precedence: 'bulk' }, 'person', 'list'],
    ['no-reply', { from: 'no-reply@school.example' }, 'person', 'no-reply'],
    ['ne-pas-repondre', { from: 'ne-pas-repondre@ecole.example' }, 'person', 'no-reply'],
    ['who wants no automatic answer', { suppressed: true }, 'person', 'automatic'],
    ['a null sender with a name', { returnPath: '' }, 'person', 'no-reply'],
    ['nobody', { from: '' }, 'person', 'no-sender'],
    ['two at once', { from: 'a@b.example,c@d.example' }, 'person', 'no-sender'],
  ])('%s', (_who, over, writer, silent) => {
    expect(manners(head(over), own)).toEqual({ writer, silent });
  });
});

describe('the language of a mail', () => {
  it.each([
    ['السلام عليكم، شفت صفحة فيها صور ديال التلاميذ', 'ar'],
    ['سلام، شوف هاد الرابط https://www.instagram.com/some_account/posts/1234567890', 'ar'],
    ['salam khti 3ndi mochkil f lmadrasa, wa7ed kay9eleq fiya', 'ar'],
    ['Bonjour, je vous écris pour ma fille qui est moquée sur une page', 'fr'],
    ['Hello, somebody is posting pictures of my sister and I do not know what to do', 'en'],
    ['ⴰⵣⵓⵍ, ⵔⵉⵖ ⴰⴷ ⵙⵙⵏⵖⵎⵙⵖ', 'zgh'],
    ['https://photos.sample-host.example/p/91', 'ar'],
    ['', 'ar'],
  ])('%s is %s', (text, lang) => expect(guessLanguage(text, 'ar')).toBe(lang));
});

describe('the outline of a mail', () => {
  const plain = { type: 'text/plain' };
  const parts = (root: PartNode) => outline(root).texts.map((t) => t.part);

  it('takes words, prefers plain ones, and fetches no attachment', () => {
    const found = outline({
      type: 'multipart/mixed',
      childNodes: [
        { type: 'multipart/alternative', childNodes: [{ type: 'text/html' }, plain] },
        { type: 'image/jpeg' },
        { type: 'text/plain', disposition: 'attachment' },
        { type: 'IMAGE/../../x' },
      ],
    });
    expect(found.texts.map((t) => [t.part, t.instead.map((i) => i.part)])).toEqual([['1.2', ['1.1']]]);
    expect(found.attachments).toEqual(['image/jpeg', 'text/plain', 'application/octet-stream']);
  });

  it('numbers the words of a mail inside the mail, never that mail with its headers', () => {
    const mail = (inner: PartNode, subject = 'inner'): PartNode => ({
      type: 'message/rfc822',
      envelope: { subject },
      childNodes: [inner],
    });
    const mixed = (...childNodes: PartNode[]): PartNode => ({ type: 'multipart/mixed', childNodes });
    expect(parts(plain)).toEqual(['1']);
    expect(parts(mail(plain))).toEqual(['1.1']);
    expect(parts(mixed(plain, mail(plain)))).toEqual(['1', '2.1']);
    expect(parts(mixed(plain, mail(mixed(plain, mail(plain)))))).toEqual(['1', '2.1', '2.2.1']);
    expect(parts(mail(mixed(plain, mail(plain))))).toEqual(['1.1', '1.2.1']);
    expect(outline(mail(plain))).toMatchObject({ forwarded: 1, texts: [{ innerSubject: 'inner' }] });
  });

  it('stops somewhere', () => {
    let node: PartNode = plain;
    for (let depth = 0; depth < 50; depth++) node = { type: 'message/rfc822', childNodes: [node] };
    expect(outline(node).texts).toEqual([]);
    expect(parts({ type: 'multipart/mixed', childNodes: Array.from({ length: 5000 }, () => plain) })).toHaveLength(20);
  });
});

describe('the words of a part', () => {
  const part = (over: Partial<Parameters<typeof readPart>[0]> = {}) => ({
    part: '1',
    type: 'text/plain' as const,
    parameters: {},
    encoding: '8bit',
    innerSubject: undefined,
    instead: [],
    ...over,
  });
  const windows1256 = Buffer.from([0xe3, 0xd1, 0xcd, 0xc8, 0xc7]);

  it('are read in the alphabet that they name, or that they are in', async () => {
    expect(await readPart(part({ parameters: { charset: 'windows-1256' } }), windows1256)).toBe('مرحبا');
    expect(await readPart(part(), windows1256)).toBe('مرحبا');
    expect(await readPart(part({ parameters: { charset: 'x-unknown' } }), Buffer.from('مرحبا'))).toBe('مرحبا');
    expect(await readPart(part(), Buffer.from('d\xe9j\xe0 vu', 'latin1'))).toBe('déjà vu');
    const base64 = part({ encoding: 'BASE64' });
    expect(await readPart(base64, Buffer.from(windows1256.toString('base64')))).toBe('مرحبا');
    expect(await readPart(part({ encoding: 'quoted-printable' }), Buffer.from('=D9=85=D8=B1=D8=AD'))).toBe('مرح');
    expect(await readPart(part({ encoding: 'nonsense' }), Buffer.from('a\0b\x07c'))).toBe('abc');
  });

  it('of HTML are its text and the addresses of its links, without scripts, styles and pictures', async () => {
    const html =
      '<style>p{color:red}</style><p>Bonjour&nbsp;: <a href="https://photos.sample-host.example/p/91">ici</a></p>' +
      '<img src="https://tracker.example/pixel.gif?who=me" alt=""><script>alert(1)</script>';
    const text = await readPart(part({ type: 'text/html', parameters: { charset: 'utf-8' } }), Buffer.from(html));
    expect(text).toContain('Bonjour');
    expect(text).toContain('https://photos.sample-host.example/p/91');
    for (const no of ['tracker', 'alert', 'color', '<']) expect(text).not.toContain(no);
  });

  it('give up on markup that would cost too much', async () => {
    const deep = Buffer.from('<div>'.repeat(50_000));
    await expect(readPart(part({ type: 'text/html' }), deep)).rejects.toMatchObject({ reason: 'markup' });
  });
});

describe('the head of a mail', () => {
  it('is decoded, and broken lines cost nothing', async () => {
    const raw =
      'From: =?utf-8?B?2LPZhNmF2Yk=?= <Salma@Mail.Example>\r\nSubject: =?windows-1256?B?49HNyMc=?=\r\nbroken\r\n';
    expect(await readHead(Buffer.from(raw))).toMatchObject({
      from: 'salma@mail.example',
      contact: 'سلمى <salma@mail.example>',
      subject: 'مرحبا',
      returnPath: undefined,
    });
    expect(await readHead(Buffer.from('\xff\xfe\0\0:::\r\n'))).toMatchObject({ from: '', subject: '', contact: '' });
  });

  it('tells an answer’s other address, lists and bounces', async () => {
    const raw =
      'Return-Path: <>\r\nFrom: form@school.example\r\nReply-To: mother@mail.example\r\nList-Id: <a.example>\r\n';
    expect(await readHead(Buffer.from(raw))).toMatchObject({
      contact: 'form@school.example (mother@mail.example)',
      returnPath: '',
      list: true,
    });
  });
});

describe('the addresses of a mail', () => {
  it('are those of content: not ours, not a footer, and what a filter hides is unwrapped', () => {
    const text =
      'See https://photos.sample-host.example/p/91 and ' +
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fvideos.sample-host.example%2Fv%2F2&data=x\n' +
      'Get Outlook for iOS https://aka.ms/o0ukef\n> https://report.e-salama.example/fr/report';
    expect(reportedLinks(text, createAddresses(true), 'report.e-salama.example').map((l) => l.url)).toEqual([
      'https://photos.sample-host.example/p/91',
      'https://videos.sample-host.example/v/2',
    ]);
    const odd = 'https://a.safelinks.protection.outlook.com/?url=javascript:1';
    expect(unwrapped(odd)).toBe(odd);
    expect(unwrapped('not an address')).toBe('not an address');
  });
});

describe('tries again', () => {
  it('wait ever longer, with an end', () => {
    expect([1, 2, 3, 4, 20].map((n) => backoff(n, 30_000))).toEqual([30_000, 60_000, 120_000, 240_000, 900_000]);
  });
});
