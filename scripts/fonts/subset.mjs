import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import subsetFont from 'subset-font';
import { charactersOf, FACES } from './faces.mjs';

const require = createRequire(import.meta.url);

function fontFace(face) {
  return `@font-face{font-family:"${face.family}";font-style:normal;font-weight:${face.weight};font-display:swap;src:url("./${face.name}.woff2") format("woff2");unicode-range:${face.range}}`;
}

/**
 * Cuts the faces down to their ranges and writes them, with `fonts.css`, to `outDir`. Does nothing when what is there
 * was made from the same sources: cutting takes seconds, a build should not.
 * @param {string} outDir
 * @returns {Promise<{ fresh: boolean, bytes: number }>} whether it had to work, and the size of all files
 */
export async function subsetFonts(outDir) {
  const sources = FACES.map((face) => readFileSync(require.resolve(face.source)));
  const digest = createHash('sha256').update(JSON.stringify(FACES));
  for (const source of sources) digest.update(source);
  const stamp = digest.digest('hex');
  const stampFile = path.join(outDir, 'stamp');
  const bytesOf = () =>
    FACES.reduce((sum, face) => sum + readFileSync(path.join(outDir, `${face.name}.woff2`)).length, 0);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { fresh: false, bytes: bytesOf() };

  rmSync(outDir, { recursive: true, force: true });
  const draft = `${outDir}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const [i, face] of FACES.entries()) {
    const cut = await subsetFont(sources[i], charactersOf(face.range), { targetFormat: 'woff2' });
    writeFileSync(path.join(draft, `${face.name}.woff2`), cut);
  }
  writeFileSync(path.join(draft, 'fonts.css'), `${FACES.map(fontFace).join('\n')}\n`);
  writeFileSync(path.join(draft, 'stamp'), stamp);
  renameSync(draft, outDir);
  return { fresh: true, bytes: bytesOf() };
}
