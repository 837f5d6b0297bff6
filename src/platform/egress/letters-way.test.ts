import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../config.ts';
import { vantagesOfLetters } from './letters-way.ts';

describe('the way out for letters', () => {
  it('is none of a vantage’s: by address in any spelling, or both by the default route', () => {
    const vantages = [{ name: 'rabat', localAddress: '192.0.2.1' }, { name: 'paris' }];
    expect(vantagesOfLetters({ vantages })).toEqual(['paris']);
    expect(vantagesOfLetters({ vantages, letters: { localAddress: '192.0.2.1' } })).toEqual(['rabat']);
    expect(vantagesOfLetters({ vantages, letters: { localAddress: '192.0.2.9' } })).toEqual([]);
    const six = [{ name: 'rabat', localAddress: '2001:db8:0::1' }];
    expect(vantagesOfLetters({ vantages: six, letters: { localAddress: '2001:DB8::1' } })).toEqual(['rabat']);
    expect(vantagesOfLetters({ vantages: six })).toEqual([]);
  });

  it('is refused at the start when it is a vantage’s address, but in the demonstration', () => {
    const egress = (letters: string) =>
      JSON.stringify({ vantages: [{ name: 'rabat', localAddress: '192.0.2.1' }], letters: { localAddress: letters } });
    const start = (env: Record<string, string>) => loadConfig({ PUBLIC_ORIGIN: 'https://report.example.ma', ...env });
    expect(() => start({ SALAMA_EGRESS: egress('192.0.2.1') })).toThrow(ConfigError);
    expect(() => start({ SALAMA_EGRESS: egress('here') })).toThrow(ConfigError);
    expect(start({ SALAMA_EGRESS: egress('192.0.2.2') }).egress.letters).toEqual({ localAddress: '192.0.2.2' });
    expect(start({ SALAMA_DEMO: '1', SALAMA_EGRESS: egress('192.0.2.1') }).egress.letters).toBeDefined();
  });
});
