import { createTransport } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Stable per message, `<…@…>`: a second send of the same mail can be recognised by the receiver. */
  messageId: string;
  headers?: Record<string, string>;
  attachments?: { filename: string; content: string | Buffer; contentType: string }[];
}

export interface Mailer {
  /** Resolves when the server has accepted the mail. Rejects with nodemailer's error (`responseCode` says 4xx or 5xx). */
  send(mail: Mail): Promise<{ response: string }>;
  close(): void;
}

/**
 * A send has ended after so many milliseconds, well or badly, and its connection is closed: whoever holds a lease on a
 * mail holds it longer. The timeouts of single steps don't bound the whole: a server that says a byte now and then
 * never meets them.
 */
export const SEND_LIMIT_MS = 45_000;

/** SMTP by nodemailer. No URL: every send rejects, and the caller shows that mail is not set up. */
export function createMailer(url: string | undefined, from: string, limitMs = SEND_LIMIT_MS): Mailer {
  if (!url) {
    return {
      send: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
      close: () => {},
    };
  }
  const transport = createTransport(
    { url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as SMTPTransport.Options,
    { from },
  );
  return {
    async send(mail) {
      const limited = {
        ...mail,
        disableUrlAccess: true,
        disableFileAccess: true,
        signal: AbortSignal.timeout(limitMs),
      };
      const info = await transport.sendMail(limited);
      return { response: info.response };
    },
    close: () => transport.close(),
  };
}
