import type { Db } from './db.ts';

/** What an upstream module says has happened; `P` is the payload's type. */
export interface EventDefinition<P> {
  readonly name: string;
  /** Carries the payload's type; never set. */
  readonly payload?: P;
}

export function defineEvent<P>(name: string): EventDefinition<P> {
  return { name };
}

type Handler<P> = (tx: Db, payload: P) => Promise<void>;

/**
 * Events run in the transaction of their cause: handlers write their own tables or enqueue jobs, nothing else.
 * A handler that throws rolls the cause back.
 */
export class EventBus {
  readonly #handlers = new Map<string, Handler<never>[]>();

  on<P>(event: EventDefinition<P>, handler: Handler<P>): void {
    const list = this.#handlers.get(event.name) ?? [];
    list.push(handler as Handler<never>);
    this.#handlers.set(event.name, list);
  }

  async emit<P>(tx: Db, event: EventDefinition<P>, payload: P): Promise<void> {
    for (const handler of this.#handlers.get(event.name) ?? []) await (handler as Handler<P>)(tx, payload);
  }
}
