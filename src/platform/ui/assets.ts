import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findRoot } from '../root.ts';

/** One chunk of Vite's manifest, as far as pages need it. */
interface Chunk {
  file: string;
  imports?: string[];
}

export interface Assets {
  /** Address of the stylesheet; undefined before the first build. */
  stylesheet: string | undefined;
  /** Address of an island's script and of what it imports. Throws on an island that no source file declares. */
  script(island: string): { src: string; preload: string[] } | undefined;
}

const STYLES = 'src/platform/ui/styles/app.css';
const ISLAND = /([\w-]+)\.island\.tsx?$/;

/** Reads Vite's manifest. Without a build everything is undefined: pages still work, bare, and say so. */
export function readAssets(manifestFile: string): Assets {
  if (!existsSync(manifestFile)) return { stylesheet: undefined, script: () => undefined };
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, Chunk>;
  const url = (chunk: Chunk | undefined) => (chunk ? `/assets/${chunk.file}` : undefined);
  const islands = new Map<string, { src: string; preload: string[] }>();
  for (const [source, chunk] of Object.entries(manifest)) {
    const name = ISLAND.exec(source)?.[1];
    if (!name) continue;
    const preload = (chunk.imports ?? []).map((id) => url(manifest[id])).filter((u) => u !== undefined);
    islands.set(name, { src: `/assets/${chunk.file}`, preload });
  }
  return {
    stylesheet: url(manifest[STYLES]),
    script(island) {
      const found = islands.get(island);
      if (!found) throw new Error(`no island ${island}: is there a ${island}.island.ts, and was it built?`);
      return found;
    },
  };
}

// Read at once: later a process may have given up the right to read where it was installed.
const built = readAssets(path.join(findRoot(), 'dist/assets/.vite/manifest.json'));

/** The built assets, as they were when the process started. */
export function assets(): Assets {
  return built;
}
