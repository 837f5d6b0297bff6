import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { DOMAINS } from './actors.ts';

/** A mail as it arrived, decoded. */
export interface StoredMail {
  /** Rises with every mail, from 1. */
  id: number;
  receivedAt: Date;
  /** Envelope, lower case. */
  from: string;
  to: string[];
  messageId: string;
  subject: string;
  headers: { name: string; value: string }[];
  text: string;
  html: string | null;
  attachments: { filename: string; contentType: string; octets: number }[];
}

/**
 * How the server fails: `temporary` 451 and `permanent` 550 for every recipient; `lost-reply` keeps the mail but drops
 * the connection before saying so, which is how an honest sender comes to send twice.
 */
export type Refusal = 'temporary' | 'permanent' | 'lost-reply';

export interface Mailbox {
  port: number;
  /** Oldest first. */
  messages: StoredMail[];
  refuse(how: Refusal | null): void;
  /** Called for each mail after it was stored. Returns the way to stop listening. */
  onMail(listener: (mail: StoredMail) => void): () => void;
  /** The first mail, already here or still to come, that fits. Rejects after `timeoutMs`. */
  waitFor(fits: (mail: StoredMail) => boolean, timeoutMs?: number): Promise<StoredMail>;
  stop(): Promise<void>;
}

const KEPT = 10_000;
const SIZE_LIMIT = 10 * 1024 * 1024;

class SmtpError extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

const localDomains = new Set(DOMAINS.filter((d) => d.mail).map((d) => d.name));

function recipientError(address: string, refusal: Refusal | null): SmtpError | null {
  if (refusal === 'temporary') return new SmtpError(451, '4.3.0 Mailbox busy, try again later');
  if (refusal === 'permanent') return new SmtpError(550, '5.1.1 No such mailbox');
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return localDomains.has(domain) ? null : new SmtpError(550, '5.7.1 Relaying denied');
}

/** One SMTP server (RFC 5321) for every domain of the world that takes mail, and one mailbox for all their addresses. */
export async function startMailbox(options: { port: number; now(): Date }): Promise<Mailbox> {
  const messages: StoredMail[] = [];
  const listeners = new Set<(mail: StoredMail) => void>();
  let refusal: Refusal | null = null;
  let lastId = 0;

  async function store(source: Buffer, session: SMTPServerSession): Promise<void> {
    const parsed = await simpleParser(source, { skipTextToHtml: true });
    const mail: StoredMail = {
      id: ++lastId,
      receivedAt: options.now(),
      from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address.toLowerCase(),
      to: session.envelope.rcptTo.map((r) => r.address.toLowerCase()),
      messageId: parsed.messageId ?? '',
      subject: parsed.subject ?? '',
      headers: parsed.headerLines.map(({ line }) => {
        const colon = line.indexOf(':');
        return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
      }),
      text: parsed.text ?? '',
      html: parsed.html || null,
      attachments: parsed.attachments.map((a) => ({
        filename: a.filename ?? '',
        contentType: a.contentType,
        octets: a.size,
      })),
    };
    messages.push(mail);
    if (messages.length > KEPT) messages.shift();
    for (const listener of listeners) listener(mail);
  }

  const sockets = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    name: 'mail.sample-host.example',
    banner: 'demonstration mailbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: SIZE_LIMIT,
    maxClients: 100,
    closeTimeout: 200,
    onRcptTo: (address, _session, done) => done(recipientError(address.address, refusal)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', done);
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(new SmtpError(552, '5.3.4 Message too big'));
        store(Buffer.concat(chunks), session).then(
          () => {
            if (refusal === 'lost-reply') for (const socket of sockets) socket.destroy();
            else done(null);
          },
          () => done(new SmtpError(451, '4.3.0 The message could not be read')),
        );
      });
    },
  });
  // A client that vanishes in the middle of a command is not our failure.
  server.on('error', () => {});
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.server.address();
      if (address === null || typeof address === 'string') reject(new Error('not a TCP address'));
      else resolve(address.port);
    });
  });

  return {
    port,
    messages,
    refuse(how) {
      refusal = how;
    },
    onMail(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    waitFor(fits, timeoutMs = 5000) {
      const here = messages.find(fits);
      if (here) return Promise.resolve(here);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(listener);
          reject(new Error(`no such mail within ${timeoutMs} ms; ${messages.length} others are here`));
        }, timeoutMs);
        const listener = (mail: StoredMail) => {
          if (!fits(mail)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(mail);
        };
        listeners.add(listener);
      });
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
