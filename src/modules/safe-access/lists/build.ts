import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { findRoot } from '../../../platform/root.ts';
import type { BuildOrder, Built } from './build.thread.ts';

/** Where every reader of categories finds the table: in the state folder, the one before as `….previous`. */
export const categoriesTable = (stateDir: string): string => path.join(stateDir, 'dns', 'categories.table');

/** From sources the thread runs as it is (Node takes the types off); a built program has it as a file of its own. */
function thread(): URL | string {
  return import.meta.url.endsWith('.ts')
    ? new URL('./build.thread.ts', import.meta.url)
    : path.join(findRoot(), 'dist/server/lists-build.js');
}

/**
 * Builds the table of these files of names in a thread, and swaps it in. Whoever reads the old one keeps it open until
 * taking the new one. @throws what the thread threw: nothing was replaced
 */
export function buildTable(order: BuildOrder): Promise<Built> {
  mkdirSync(path.dirname(order.path), { recursive: true, mode: 0o700 });
  return new Promise((resolve, reject) => {
    const worker = new Worker(thread(), { workerData: order, name: 'lists-build', execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the builder of lists ended with ${code} and no table`)));
  });
}
