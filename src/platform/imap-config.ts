import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';

/** How mails come in; undefined in the configuration while no mailbox is read. */
export interface ImapSettings {
  host: string;
  port: number;
  /**
   * `implicit`: TLS from the first byte (993). `starttls`: TLS before anything is said, or no connection at all. `none`:
   * no TLS; only to this very machine.
   */
  tls: 'implicit' | 'starttls' | 'none';
  user: string;
  /** Read once, while the process still may; never part of a log. */
  password: { value: string } | { file: string };
  /** Certificate authorities (PEM) beside the system's, for a mail server with one of its own. */
  caFile: string | undefined;
  folder: string;
  /** What becomes of a mail that was taken. */
  processed: 'move' | 'delete' | 'leave';
  processedFolder: string;
  everyMs: number;
  /** What is written back: that it arrived, that and the follow-up number, or nothing. */
  answer: 'short' | 'number' | 'off';
}

const name = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, 'must be a name without control characters');

/** Step 1: each variable on its own. */
export const imapEnvironment = {
  IMAP_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/, 'must be the name or address of a mail server, without a scheme')
    .optional(),
  IMAP_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  IMAP_TLS: z.enum(['implicit', 'starttls', 'none']).optional(),
  IMAP_USER: name.optional(),
  IMAP_PASSWORD: z.string().max(1000).optional(),
  IMAP_PASSWORD_FILE: z.string().optional(),
  IMAP_CA_FILE: z.string().optional(),
  IMAP_FOLDER: name.optional(),
  IMAP_PROCESSED: z.enum(['move', 'delete', 'leave']).optional(),
  IMAP_PROCESSED_FOLDER: name.optional(),
  IMAP_EVERY_SECONDS: z.coerce.number().int().min(5).max(3600).optional(),
  IMAP_ANSWER: z.enum(['short', 'number', 'off']).optional(),
};
type ImapEnvironment = z.output<z.ZodObject<typeof imapEnvironment>>;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Step 2: the values together. Adds a line to `problems` for each that is wrong; undefined while no mailbox is named.
 * `reads`: whether this process reads the mailbox; another one need not be able to read the password.
 */
export function imapSettings(e: ImapEnvironment, problems: string[], reads: boolean): ImapSettings | undefined {
  if (!e.IMAP_HOST) {
    const given = (Object.keys(imapEnvironment) as (keyof ImapEnvironment)[]).filter((k) => e[k] !== undefined);
    if (given.length > 0) problems.push(`IMAP_HOST: is missing, but ${given.join(', ')} is set`);
    return undefined;
  }
  const before = problems.length;
  const tls = e.IMAP_TLS ?? 'implicit';
  const folder = e.IMAP_FOLDER ?? 'INBOX';
  const processed = e.IMAP_PROCESSED ?? 'move';
  const processedFolder = e.IMAP_PROCESSED_FOLDER ?? 'Taken';
  if (!e.IMAP_USER) problems.push('IMAP_USER: is missing');
  if (!e.IMAP_PASSWORD && !e.IMAP_PASSWORD_FILE) problems.push('IMAP_PASSWORD or IMAP_PASSWORD_FILE: one is needed');
  if (e.IMAP_PASSWORD && e.IMAP_PASSWORD_FILE)
    problems.push('IMAP_PASSWORD and IMAP_PASSWORD_FILE: only one of them can be meant');
  for (const key of ['IMAP_PASSWORD_FILE', 'IMAP_CA_FILE'] as const) {
    const file = e[key];
    if (reads && file && !readable(file)) problems.push(`${key}: ${file} can't be read`);
  }
  if (tls === 'none' && !isLoopback(e.IMAP_HOST))
    problems.push('IMAP_TLS: without TLS only a mail server on this machine is read (localhost, 127.0.0.1, ::1)');
  if (processed === 'move' && processedFolder === folder)
    problems.push('IMAP_PROCESSED_FOLDER: is the folder that is read');
  if (processed !== 'move' && e.IMAP_PROCESSED_FOLDER)
    problems.push('IMAP_PROCESSED_FOLDER: has a meaning only with IMAP_PROCESSED=move');
  if (problems.length > before) return undefined;
  return {
    host: e.IMAP_HOST,
    port: e.IMAP_PORT ?? (tls === 'implicit' ? 993 : 143),
    tls,
    user: e.IMAP_USER as string,
    password: e.IMAP_PASSWORD ? { value: e.IMAP_PASSWORD } : { file: e.IMAP_PASSWORD_FILE as string },
    caFile: e.IMAP_CA_FILE,
    folder,
    processed,
    processedFolder,
    everyMs: (e.IMAP_EVERY_SECONDS ?? 30) * 1000,
    answer: e.IMAP_ANSWER ?? 'short',
  };
}
