import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACK_FILES, type PackPart, type RawPack } from './pack-schema.ts';
import { PackError } from './validate-pack.ts';

/**
 * Reads `country/<id>/*.json` under `rootDir`. Throws {@link PackError} with every file that is missing or no JSON.
 * Synchronous on purpose: it runs once at boot, before anything is served.
 */
export function readPack(rootDir: string, country: string): RawPack {
  const problems: string[] = [];
  const raw: Partial<RawPack> = {};
  for (const [part, [file]] of Object.entries(PACK_FILES) as [PackPart, readonly [string, unknown]][]) {
    try {
      raw[part] = JSON.parse(readFileSync(path.join(rootDir, 'country', country, `${file}.json`), 'utf8'));
    } catch (error) {
      problems.push(`${file}.json: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.length > 0) throw new PackError(country, problems);
  return raw as RawPack;
}
