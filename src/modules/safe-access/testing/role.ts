import { openDatabase } from '../../../platform/db.ts';
import type { DnsSettings } from '../../../platform/dns-config.ts';
import { createFeed } from '../../blocking/index.ts';
import { startDnsRole } from '../resolver/role.ts';
import type { TestFamilies } from './families.ts';
import { REWRITES } from './resolver.ts';

/** The role `dns` on connections of its own, as its process has it, with other settings or another database if given. */
export async function startTestRole(f: TestFamilies, databaseUrl: string, dns: Partial<DnsSettings>) {
  const { db, close } = openDatabase(databaseUrl, { max: 2 });
  const { config } = f.platform;
  const platform = { ...f.platform, db, config: { ...config, databaseUrl, dns: { ...config.dns, ...dns } } };
  const role = await startDnsRole(platform, {
    country: f.country,
    feed: createFeed(platform),
    rewrites: REWRITES,
    stepDown: () => {},
  });
  let stopped = false;
  return {
    ...role,
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await role.stop();
      await close();
    },
  };
}
