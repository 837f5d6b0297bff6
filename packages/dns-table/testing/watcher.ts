import { workerData } from 'node:worker_threads';
import { nameFromText } from '../name.ts';
import { type ReaderLink, TableReader } from '../reader.ts';

/**
 * Looks names up without ever returning to its event loop while another thread changes the table. Words of `shared`: steps
 * done by the writer, stop, look-ups, wrong answers, generations seen, threads that are running.
 */
const { link, shared } = workerData as { link: ReaderLink; shared: Int32Array };
const reader = new TableReader(link);
const always = nameFromText('www.always.test');
const never = nameFromText('www.never.test');
const add = (word: number) => Atomics.add(shared, word, 1);
add(5);
let generation = reader.generation;
while (Atomics.load(shared, 1) === 0) {
  if (reader.lookup(always)?.action !== 'block') add(3);
  if (reader.lookup(never) !== undefined) add(3);
  const step = Atomics.load(shared, 0);
  if (step > 0 && reader.lookup(nameFromText(`n${step}.step.test`))?.action !== 'block') add(3);
  // A rule that step 5 added is taken back by step 8, for good.
  if (step > 8 && reader.lookup(nameFromText(`gone${step - 3}.step.test`)) !== undefined) add(3);
  if (reader.trouble !== undefined) add(3);
  add(2);
  if (reader.generation !== generation) add(4);
  generation = reader.generation;
}
