import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { ImapFlow } from 'imapflow';
import type { ImapSettings } from '../../../platform/imap-config.ts';
import type { MailboxTrouble } from '../schema.ts';
import { HEADERS, MAX_PART } from './read.ts';
import type { PartNode, TextPart } from './structure.ts';

/** The mail server did not do what was asked; `trouble` says what an operator has to look at. */
export class MailboxError extends Error {
  readonly trouble: MailboxTrouble;
  constructor(trouble: MailboxTrouble, detail: string, cause?: unknown) {
    super(detail.replace(/\p{Cc}+/gu, ' ').slice(0, 300), cause === undefined ? undefined : { cause });
    this.name = 'MailboxError';
    this.trouble = trouble;
  }
}

/** A mail as far as it is fetched at first: no word of its body yet. */
export interface Fetched {
  head: Buffer;
  structure: PartNode;
}

export interface Session {
  readonly uidValidity: number;
  /** False when the connection is gone: then a failure says nothing about the mail that was asked for. */
  usable(): boolean;
  uids(): Promise<number[]>;
  /** Undefined when it is no longer there. */
  fetch(uid: number): Promise<Fetched | undefined>;
  /** The octets of text parts, each at most {@link MAX_PART}; a part that the server does not give is left out. */
  parts(uid: number, parts: readonly TextPart[]): Promise<Map<string, Buffer>>;
  /** Moves, deletes or leaves it, as the operator wants. Doing it again is harmless. */
  settle(uid: number): Promise<void>;
  /** Marks it for a person who looks at the mailbox. */
  flag(uid: number): Promise<void>;
  close(): Promise<void>;
}

interface ImapFault {
  code?: string;
  authenticationFailed?: boolean;
  tlsFailed?: boolean;
  mailboxMissing?: boolean;
  serverResponseCode?: string;
  responseText?: string;
}

const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/;

function troubleOf(error: unknown): MailboxTrouble {
  const fault = error as ImapFault;
  if (fault.authenticationFailed) return 'login';
  if (fault.tlsFailed || TLS_CODE.test(fault.code ?? '')) return 'tls';
  if (fault.mailboxMissing || fault.serverResponseCode === 'NONEXISTENT') return 'folder';
  if (
    /^(?:E[A-Z]+|CONNECT_TIMEOUT|GREETING_TIMEOUT|UPGRADE_TIMEOUT|NoConnection|ClosedAfterConnect\w+)$/.test(
      fault.code ?? '',
    )
  )
    return 'connect';
  return 'server';
}

function asMailboxError(error: unknown, trouble = troubleOf(error)): MailboxError {
  if (error instanceof MailboxError) return error;
  const { code, responseText } = error as ImapFault;
  const said = responseText ?? (error instanceof Error ? error.message : String(error));
  return new MailboxError(trouble, code ? `${code}: ${said}` : said, error);
}

/** A refusal of a command that names a mail which somebody else moved meanwhile is none. */
const done = (answer: unknown): boolean => answer !== false;

/** What is read once, before the process gives up its rights. */
export interface Secrets {
  password: string;
  ca: string[] | undefined;
}

/** @throws when a file can't be read */
export function readSecrets(settings: ImapSettings): Secrets {
  const password =
    'value' in settings.password ? settings.password.value : readFileSync(settings.password.file, 'utf8').trimEnd();
  const ca = settings.caFile ? [...rootCertificates, readFileSync(settings.caFile, 'utf8')] : undefined;
  return { password, ca };
}

/**
 * Opens the folder of the configuration: the operator's own server, so not through the egress. The certificate is always
 * checked, and STARTTLS that the server (or somebody between) does not offer is a failure, never a reason to go on in clear.
 *
 * @throws MailboxError
 */
export async function openMailbox(settings: ImapSettings, secrets: Secrets): Promise<Session> {
  const client = new ImapFlow({
    host: settings.host,
    port: settings.port,
    secure: settings.tls === 'implicit',
    doSTARTTLS: settings.tls === 'starttls',
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(secrets.ca ? { ca: secrets.ca } : {}) },
    auth: { user: settings.user, pass: secrets.password },
    clientInfo: { name: 'e-Salama' },
    // Its log has the words of mails in it.
    logger: false,
    disableAutoIdle: true,
    disableBinary: true,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    maxLiteralSize: 4 * 1024 * 1024,
    maxLineLength: 8 * 1024 * 1024,
    maxResponseSize: 32 * 1024 * 1024,
  });
  // An error on the way ends the command that waits for it; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    client.close();
    throw asMailboxError(error);
  }
  try {
    const folder = await client.mailboxOpen(settings.folder);
    if (settings.processed === 'move') await client.mailboxCreate(settings.processedFolder);
    return session(client, settings, Number(folder.uidValidity));
  } catch (error) {
    client.close();
    throw asMailboxError(error, client.usable ? 'folder' : troubleOf(error));
  }
}

function session(client: ImapFlow, settings: ImapSettings, uidValidity: number): Session {
  const byUid = { uid: true } as const;
  return {
    uidValidity,
    usable: () => client.usable,
    async uids() {
      try {
        const found = await client.search({ all: true }, byUid);
        return (found || []).toSorted((a, b) => a - b);
      } catch (error) {
        throw asMailboxError(error);
      }
    },
    async fetch(uid) {
      const mail = await client.fetchOne(String(uid), { bodyStructure: true, headers: [...HEADERS] }, byUid);
      if (!mail) return undefined;
      return { head: mail.headers ?? Buffer.alloc(0), structure: mail.bodyStructure ?? { type: 'text/plain' } };
    },
    async parts(uid, parts) {
      const wanted = [...new Set(parts.flatMap((p) => [p.part, ...p.instead.map((i) => i.part)]))];
      if (wanted.length === 0) return new Map();
      const bodyParts = wanted.map((key) => ({ key, maxLength: MAX_PART }));
      const mail = await client.fetchOne(String(uid), { bodyParts }, byUid);
      return mail ? (mail.bodyParts ?? new Map()) : new Map();
    },
    async settle(uid) {
      try {
        if (settings.processed === 'leave') return;
        const answer =
          settings.processed === 'move'
            ? await client.messageMove(String(uid), settings.processedFolder, byUid)
            : await client.messageDelete(String(uid), byUid);
        if (!done(answer)) throw new MailboxError('move', 'the mail server did not take the mail out of its folder');
      } catch (error) {
        throw asMailboxError(error, client.usable ? 'move' : troubleOf(error));
      }
    },
    async flag(uid) {
      // The mark is only for convenience: what could not be read is on the desk's page.
      await client.messageFlagsAdd(String(uid), ['\\Flagged'], byUid).catch(() => false);
    },
    async close() {
      await client.logout().catch(() => {});
      client.close();
    },
  };
}
