import { setImmediate as turn } from 'node:timers/promises';

/** For long loops: a call now and then answers a promise that gives the processor back, so that sockets are served meanwhile. */
export function breather(ms = 10): () => Promise<void> | undefined {
  let since = performance.now();
  let calls = 0;
  return () => {
    // Asking for the time costs more than what most callers do in between.
    if (++calls % 64 !== 0 || performance.now() - since < ms) return undefined;
    return turn().then(() => {
      since = performance.now();
    });
  };
}
