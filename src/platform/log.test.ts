import { describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger('trace', 'test', { write: (line) => lines.push(line) }));
  return lines.join('');
}

describe('logs', () => {
  it('hold neither addresses nor queries nor links that carry a right', () => {
    const text = logged((log) => {
      log.info(
        {
          req: {
            method: 'GET',
            url: '/notice/0199f3aa-1111-7abc-8def-1234567890ab.QmFzZTY0?lang=fr',
            ip: '203.0.113.9',
            remoteAddress: '203.0.113.9',
          },
        },
        'request',
      );
      log.info({ ip: '203.0.113.9', remoteAddress: '203.0.113.9', deep: { contact: '0612345678' } }, 'fields');
    });
    expect(text).not.toMatch(/203\.0\.113|QmFzZTY0|lang=fr|0612345678/);
    expect(text).toContain('/notice/…');
  });

  it('hold no values of rows that the database quotes', () => {
    const error = Object.assign(new Error('duplicate key value violates unique constraint "x"'), {
      code: '23505',
      detail: 'Key (email)=(nora@e-salama.test) already exists.',
      where: 'parameter $3 = secret',
    });
    const text = logged((log) => log.error({ err: error }, 'failed'));
    expect(text).not.toMatch(/nora@|secret/);
    expect(text).toContain('23505');
    expect(text).toContain('violates unique constraint');
  });
});
