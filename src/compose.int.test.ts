import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModules, type Modules } from './compose.ts';
import { createTranslator, LANGS } from './platform/i18n/index.ts';
import { createTestPlatform, type TestPlatform } from './platform/testkit/index.ts';

/** What only the whole house can get wrong: one module's names that another one has to know. */
describe('all modules together', () => {
  let platform: TestPlatform;
  let m: Modules;
  beforeAll(async () => {
    platform = await createTestPlatform();
    m = await createModules(platform);
  });
  afterAll(async () => {
    m?.country.stop();
    await m?.reporting.close();
    await platform?.close();
  });

  it('act on every retention rule of the country pack', () => {
    expect(m.retention.unhandled()).toEqual([]);
  });

  it.each(LANGS)('have words in %s for every kind of record that can be held or destroyed', (lang) => {
    const { t } = createTranslator(platform.i18n, lang, m.zone);
    const types = m.retention.recordTypes();
    expect(types.length).toBeGreaterThan(7);
    for (const type of types) expect(t(`retention.subject.${type.replace('.', '-')}`)).not.toBe('');
  });

  it('measure the time until the security forces know, because a module tells them', () => {
    expect(m.casework.clocks.toldMeasured()).toBe(true);
  });
});
