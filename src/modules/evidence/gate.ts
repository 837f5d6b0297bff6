/** Lets a few in at a time and a few more wait; whoever comes then is turned away. */
export interface Gate {
  /**
   * Resolves to the function that gives the place back, or to undefined when too many wait already or `signal` is
   * aborted first.
   */
  enter(signal?: AbortSignal): Promise<(() => void) | undefined>;
}

/**
 * @param places how many at a time
 * @param waiting how many may wait for one, first come first served
 */
export function createGate(places: number, waiting: number): Gate {
  let inside = 0;
  const queue: (() => void)[] = [];

  const admit = (): (() => void) => {
    inside++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside--;
      queue.shift()?.();
    };
  };

  return {
    async enter(signal) {
      if (signal?.aborted) return undefined;
      if (inside < places) return admit();
      if (queue.length >= waiting) return undefined;
      return new Promise((resolve) => {
        const next = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve(admit());
        };
        const giveUp = () => {
          queue.splice(queue.indexOf(next), 1);
          resolve(undefined);
        };
        queue.push(next);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
