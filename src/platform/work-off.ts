import { setTimeout as sleep } from 'node:timers/promises';

/** While something more urgent is pressed, a pause is so many times as long as the work before it: a fifth of the time. */
const PAUSE = 4;
/** No pause is longer, in milliseconds. */
const LONGEST_PAUSE_MS = 2000;

/** The tick that called goes on with the rest: one that never ends looks like one that hangs. In milliseconds. */
const LONGEST_RUN_MS = 60_000;

/**
 * Works off what gathered, batch after batch, while `work` says that there may be more. While `pressed`, it takes a fifth of
 * the time: in a burst people wait for an answer, and what gathered is in the database and waits as well afterwards.
 */
export async function workOff(work: () => Promise<boolean>, pressed: () => boolean): Promise<void> {
  // Time that is spent, not the clock that things are due by: how long work takes is not part of the programme.
  const end = performance.now() + LONGEST_RUN_MS;
  for (let began = performance.now(); began < end; began = performance.now()) {
    if (!(await work())) return;
    if (pressed()) await sleep(Math.min(LONGEST_PAUSE_MS, PAUSE * (performance.now() - began)));
  }
}
