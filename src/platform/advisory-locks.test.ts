import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

// Two things under one number wait for each other for no reason anybody could see: a slow mail server once would have
// held back pages to whoever is on duty.
it('every advisory lock has a number of its own', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const found = files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/\bconst (\w+_LOCK) = ([\d_]+)/g)].map((m) => ({
      name: `${file} ${m[1]}`,
      number: (m[2] as string).replaceAll('_', ''),
    })),
  );
  const shared = [...Map.groupBy(found, (f) => f.number).values()].filter((all) => all.length > 1);
  expect(found.length).toBeGreaterThan(8);
  expect(shared.map((all) => all.map((f) => f.name))).toEqual([]);
});
