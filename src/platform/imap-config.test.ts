import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const mailbox = { IMAP_HOST: 'mail.example.ma', IMAP_USER: 'reports', IMAP_PASSWORD: 'made up' };
function problems(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of the mailbox', () => {
  it('are off unless a server is named', () => {
    expect(loadConfig({}).imap).toBeUndefined();
    expect(problems({ IMAP_USER: 'reports' })).toEqual([expect.stringContaining('IMAP_HOST: is missing')]);
  });

  it('have careful defaults: TLS from the first byte, moved when taken, a short answer', () => {
    expect(loadConfig(mailbox).imap).toMatchObject({
      port: 993,
      tls: 'implicit',
      folder: 'INBOX',
      processed: 'move',
      processedFolder: 'Taken',
      answer: 'short',
      everyMs: 30_000,
    });
    expect(loadConfig({ ...mailbox, IMAP_TLS: 'starttls' }).imap?.port).toBe(143);
  });

  it('go without TLS to this machine only', () => {
    expect(problems({ ...mailbox, IMAP_TLS: 'none' })).toEqual([expect.stringContaining('IMAP_TLS')]);
    for (const host of ['localhost', '127.0.0.1', '::1'])
      expect(problems({ ...mailbox, IMAP_HOST: host, IMAP_TLS: 'none' })).toEqual([]);
    expect(problems({ ...mailbox, IMAP_HOST: '127.evil.example', IMAP_TLS: 'none' })).toHaveLength(1);
  });

  it('are refused with every problem at once', () => {
    const found = problems({
      IMAP_HOST: 'mail.example.ma',
      IMAP_TLS: 'none',
      IMAP_PASSWORD: 'a',
      IMAP_PASSWORD_FILE: '/nonexistent/password',
      IMAP_FOLDER: 'Reports',
      IMAP_PROCESSED_FOLDER: 'Reports',
    });
    expect(found).toHaveLength(5);
    for (const name of ['IMAP_USER', 'IMAP_PASSWORD and', 'IMAP_PASSWORD_FILE', 'IMAP_TLS', 'IMAP_PROCESSED_FOLDER'])
      expect(found.join('\n')).toContain(name);
    expect(found.join('\n')).not.toContain('made up');
    // Only the process that reads the mailbox has to be able to read its password.
    const file = { IMAP_HOST: 'mail.example.ma', IMAP_USER: 'reports', IMAP_PASSWORD_FILE: '/nonexistent/password' };
    expect(problems(file)).toHaveLength(1);
    expect(problems({ ...file, SALAMA_ROLES: 'capture' })).toEqual([]);
  });
});
