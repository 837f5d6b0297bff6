import { createServer, type ServerResponse } from 'node:http';
import { close, listen } from './listen.ts';
import type { Mailbox } from './mailbox.ts';
import { listPage, mailPage, missingPage, POLICY } from './viewer-pages.ts';
import { createWebhookSink, type WebhookSink } from './webhook.ts';

export interface Viewer {
  port: number;
  url: string;
  webhookUrl: string;
  webhook: WebhookSink;
  stop(): Promise<void>;
}

function send(res: ServerResponse, status: number, page: string, head: boolean): void {
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page),
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  });
  res.end(head ? undefined : page);
}

/** The pages that show the mailbox, and the webhook sink (`POST /webhook`), on a port of their own. */
export async function startViewer(options: { mailbox: Mailbox; port: number; now(): Date }): Promise<Viewer> {
  const webhook = createWebhookSink(options.now);
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 1_000 }, (req, res) => {
    const { pathname: path, searchParams } = new URL(`http://viewer${req.url?.startsWith('/') ? req.url : '/'}`);
    if (path === '/webhook') return webhook.handle(req, res);
    req.resume();
    const head = req.method === 'HEAD';
    if (req.method !== 'GET' && !head) return void res.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (path === '/') {
      const page = listPage(options.mailbox.messages, webhook.received, !searchParams.has('still'));
      return send(res, 200, page, head);
    }
    const id = /^\/mail\/(\d+)$/.exec(path)?.[1];
    const mail = options.mailbox.messages.find((m) => String(m.id) === id);
    return mail ? send(res, 200, mailPage(mail), head) : send(res, 404, missingPage(), head);
  });
  const port = await listen(server, options.port, '127.0.0.1');
  const url = `http://127.0.0.1:${port}/`;
  return {
    port,
    url,
    webhookUrl: `${url}webhook`,
    webhook,
    async stop() {
      server.closeAllConnections();
      await close(server);
    },
  };
}
