import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A browser as a person sets it up in the settings: it asks this address, and no other also when it does not answer. */
export function openChromiumWithDoh(dir: string, templates: string): Promise<BrowserContext> {
  const profile = path.join(dir, 'profile');
  mkdirSync(profile);
  writeFileSync(path.join(profile, 'Local State'), JSON.stringify({ dns_over_https: { mode: 'secure', templates } }));
  return chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--ignore-certificate-errors'],
  });
}
