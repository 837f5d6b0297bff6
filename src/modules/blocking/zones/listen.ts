import pg from 'pg';
import type { Logger } from '../../../platform/log.ts';

/** Between two attempts to connect again, in milliseconds. */
const AGAIN_MS = [100, 500, 1000, 3000];
/** A connection that is dead without a word is found by asking, in milliseconds. */
const PROBE_MS = 15_000;

export interface Listener {
  stop(): Promise<void>;
}

/**
 * Waits for notifications on a connection of its own, for ever: it connects again by itself. What was sent meanwhile is lost, so
 * `wake` is called after each connection too, and readers poll besides.
 */
export function listen(
  url: string,
  channels: readonly string[],
  wake: (channel: string) => void,
  log: Logger,
): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let stopped = false;

  function again(one: pg.Client): void {
    if (one !== client || stopped) return;
    client = undefined;
    one.removeAllListeners();
    one.on('error', () => {});
    one.end().catch(() => {});
    clearTimeout(timer);
    timer = setTimeout(connect, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    timer.unref();
  }

  function probe(one: pg.Client): void {
    timer = setTimeout(() => {
      one.query('select 1').then(
        () => one === client && !stopped && probe(one),
        () => again(one),
      );
    }, PROBE_MS);
    timer.unref();
  }

  function connect(): void {
    const one = new pg.Client({ connectionString: url, application_name: 'e-salama zones listen', keepAlive: true });
    client = one;
    one.on('error', () => again(one));
    one.on('end', () => again(one));
    one.on('notification', ({ channel }) => wake(channel));
    (async () => {
      await one.connect();
      for (const channel of channels) await one.query(`listen ${pg.escapeIdentifier(channel)}`);
      failures = 0;
      if (one !== client || stopped) return;
      probe(one);
      for (const channel of channels) wake(channel);
    })().catch((err: unknown) => {
      if (failures === 0 && !stopped) log.warn({ err }, 'zones: the database does not notify; it is polled');
      again(one);
    });
  }

  connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const one = client;
      client = undefined;
      await one?.end().catch(() => {});
    },
  };
}
