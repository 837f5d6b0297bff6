import { createServer, type IncomingMessage } from 'node:http';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AbuseDesk, noticeLink, startAbuseDesk } from './abuse-desk.ts';
import { close, listen } from './listen.ts';
import { type Mailbox, startMailbox } from './mailbox.ts';
import { Sites } from './sites.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
const PHOTO = 'http://photos.sample-host.example/p/12';
const ABROAD = 'http://photos.elsewhere-host.example/p/12';

/** The smallest provider page with what ours has: a signed link, a session cookie, a CSRF token, a redirect after POST. */
function providerPage() {
  const state = {
    answers: [] as string[],
    reasons: [] as string[],
    gets: 0,
    failures: 0,
    reported: [PHOTO],
    once: false,
  };
  const body = async (req: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    return new URLSearchParams(Buffer.concat(chunks).toString());
  };
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://x');
    if (state.failures > 0) {
      state.failures--;
      return void res.writeHead(503).end();
    }
    if (!url.pathname.startsWith('/fr/notice/') || url.searchParams.get('t') !== 'signed')
      return void res.writeHead(404).end();
    const signedIn = req.headers.cookie?.includes('session=s1');
    if (req.method === 'GET') {
      state.gets++;
      const offered = state.answers.includes('received')
        ? ['removed', 'disagree']
        : ['received', 'removed', 'disagree'];
      res.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'session=s1; HttpOnly; Path=/' });
      return void res.end(`<!doctype html><form method="get" action="/search"><input name="q" value="received"></form>
        ${state.reported.map((u) => `<code data-reported-url="${u}">…</code>`).join('')}
        <form method="post"><input type="hidden" name="_csrf" value="token&amp;1"><textarea name="reason" required></textarea>
        ${offered.map((o) => `<button name="answer" value="${o}">${o}</button>`).join('')}</form>`);
    }
    const form = await body(req);
    const origin = `http://${req.headers.host}`;
    if (!signedIn || form.get('_csrf') !== 'token&1' || req.headers.origin !== origin)
      return void res.writeHead(403).end();
    state.answers.push(form.get('answer') ?? '');
    state.reasons.push(form.get('reason') ?? '');
    res.writeHead(303, { location: url.pathname + url.search }).end();
  });
  return { state, server };
}

const { state, server } = providerPage();
let mailbox: Mailbox;
let sites: Sites;
let desk: AbuseDesk;
let link = '';
let lastId = 0;

beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, now: () => NOW });
  const port = await listen(server, 0, '127.0.0.1');
  link = `http://127.0.0.1:${port}/fr/notice/0199?t=signed`;
});
afterAll(async () => {
  await desk.stop();
  await mailbox.stop();
  server.closeAllConnections();
  await close(server);
});
beforeEach(async () => {
  await desk?.stop();
  sites = new Sites(1, NOW);
  Object.assign(state, { answers: [], reasons: [], gets: 0, failures: 0, reported: [PHOTO] });
  desk = startAbuseDesk({ mailbox, sites, delayMs: 20, now: () => NOW, retryMs: 5 });
});

async function send(more: { text?: string; html?: string; messageId?: string; to?: string } = {}): Promise<string> {
  const messageId = more.messageId ?? `<n${++lastId}@e-salama.example>`;
  await createTransport({ host: '127.0.0.1', port: mailbox.port }).sendMail({
    from: 'notices@e-salama.example',
    to: 'abuse@sample-host.example',
    subject: 'Notification',
    text: `Le contenu exact se trouve ici :\n${link}.\n`,
    ...more,
    messageId,
  });
  return messageId;
}
const steps = (messageId: string) => desk.log.filter((e) => e.messageId === messageId).map((e) => e.step);

describe('abuse desk', () => {
  it('reads the mail, opens the link, says received, takes the page down and says removed', async () => {
    const id = await send();
    expect(sites.stateOf(PHOTO)).toEqual({ kind: 'up' });
    await desk.idle();
    expect(steps(id)).toEqual(['opened', 'received', 'taken-down', 'removed']);
    expect(state.answers).toEqual(['received', 'removed']);
    expect(sites.stateOf(PHOTO)).toEqual({ kind: 'removed', status: 410 });
    expect(sites.stateOf('http://photos.sample-host.example/p/13')).toEqual({ kind: 'up' });
  });

  it('finds the link in the markup when there is no other', async () => {
    const id = await send({ text: 'Voir la version HTML.', html: `<p><a href="${link}">Ouvrir</a></p>` });
    await desk.idle();
    expect(steps(id)).toContain('removed');
  });

  it('counts a mail that comes twice and acts once', async () => {
    const id = await send();
    await send({ messageId: id });
    await desk.idle();
    expect(desk.arrivals.get(id)).toBe(2);
    // Whether the second arrives before the first is read is chance.
    expect(steps(id).filter((s) => s === 'duplicate')).toHaveLength(1);
    expect(steps(id).filter((s) => s !== 'duplicate')).toEqual(['opened', 'received', 'taken-down', 'removed']);
    expect(state.answers).toEqual(['received', 'removed']);
  });

  it('is silent when told to: the page stays and nothing is opened', async () => {
    desk.mode = 'silent';
    const id = await send();
    await desk.idle();
    expect(steps(id)).toEqual(['ignored']);
    expect(state.gets).toBe(0);
    expect(sites.stateOf(PHOTO)).toEqual({ kind: 'up' });
  });

  it('disagrees when told to, with a reason, and leaves the page', async () => {
    desk.mode = 'disagrees';
    const id = await send();
    await desk.idle();
    expect(steps(id)).toEqual(['opened', 'received', 'disagree']);
    expect(state.reasons.at(-1)).toContain('follows our terms');
    expect(sites.stateOf(PHOTO)).toEqual({ kind: 'up' });
  });

  it('touches nothing that another company hosts', async () => {
    state.reported = [ABROAD, PHOTO];
    const id = await send();
    await desk.idle();
    expect(steps(id)).toEqual(['opened', 'received', 'not-ours', 'taken-down', 'disagree']);
    expect(sites.stateOf(ABROAD)).toEqual({ kind: 'up' });
    expect(sites.stateOf(PHOTO)?.kind).toBe('removed');
  });

  it('knows its own machines behind another company’s name', async () => {
    state.reported = ['http://pictures.sample-app.example/p/12'];
    const id = await send();
    await desk.idle();
    expect(steps(id)).toContain('removed');
    expect(sites.stateOf(PHOTO)?.kind).toBe('removed');
  });

  it('tries again while the programme’s server is away, and gives up on a link that is wrong', async () => {
    state.failures = 2;
    const id = await send();
    await desk.idle();
    expect(steps(id)).toEqual(['retry', 'retry', 'opened', 'received', 'taken-down', 'removed']);
    const wrong = await send({ text: link.replace('signed', 'forged') });
    await desk.idle();
    expect(steps(wrong)).toEqual(['failed']);
    expect(desk.log.at(-1)?.detail).toBe('HTTP 404 at try 1');
  });

  it('says when a mail has no link, and does not read other people’s mail', async () => {
    const id = await send({ text: 'Bonjour' });
    const other = await send({ to: 'oncall@e-salama.example' });
    await desk.idle();
    expect(steps(id)).toEqual(['no-link']);
    expect(steps(other)).toEqual([]);
  });

  it('stops at once, whatever it waits for', async () => {
    const slow = startAbuseDesk({ mailbox, sites, delayMs: 60_000, now: () => NOW });
    await send();
    const start = performance.now();
    await slow.stop();
    expect(performance.now() - start).toBeLessThan(1000);
    await desk.idle();
  });
});

describe('the link of a notice', () => {
  const find = (text: string, origin?: string) => noticeLink({ text, html: null }, origin);

  it('is the first address through /notice/, without the full stop after it', () => {
    expect(find('See https://a.example/x and https://a.example/ar/notice/1?t=2.')).toBe(
      'https://a.example/ar/notice/1?t=2',
    );
    expect(find('https://a.example/notices ftp://a.example/notice/1')).toBeUndefined();
  });

  it('must be on the programme’s own origin when that is known', () => {
    expect(find('https://evil.example/notice/1 http://localhost:8080/fr/notice/2', 'http://localhost:8080')).toBe(
      'http://localhost:8080/fr/notice/2',
    );
  });
});
