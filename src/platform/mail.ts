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

/** SMTP by nodemailer. No URL: every send rejects, and the caller shows that mail is not set up. */
export function createMailer(url: string | undefined, from: string): Mailer {
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
      const info = await transport.sendMail({ ...mail, disableUrlAccess: true, disableFileAccess: true });
      return { response: info.response };
    },
    close: () => transport.close(),
  };
}
