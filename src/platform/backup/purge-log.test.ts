import { describe, expect, it } from 'vitest';
import { parsePurgeLog } from './purge-log.ts';

describe('parsePurgeLog', () => {
  it('reads table and id, and leaves out what is no whole line', () => {
    expect(parsePurgeLog('reporting.report 1\n\nreporting.message ab-c\nreport 3\nreporting.report 4')).toEqual([
      { schema: 'reporting', table: 'report', id: '1' },
      { schema: 'reporting', table: 'message', id: 'ab-c' },
    ]);
    expect(parsePurgeLog('')).toEqual([]);
  });

  it('takes no name that would need quoting', () => {
    expect(parsePurgeLog('a."b;drop" 1\nA.b 1\n')).toEqual([]);
  });
});
