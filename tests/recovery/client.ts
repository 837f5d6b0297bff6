import { setTimeout as sleep } from 'node:timers/promises';

export interface Answer {
  status: number;
  location: string;
  body: string;
}

/** A try may hang with the process that took it. */
const TRY_MS = 20_000;

/** One request. Undefined when no whole answer came: the server may or may not have done what was asked. */
export async function ask(url: string, init: RequestInit = {}): Promise<(Answer & { headers: Headers }) | undefined> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TRY_MS), ...init });
    const body = await answer.text();
    return { status: answer.status, location: answer.headers.get('location') ?? '', body, headers: answer.headers };
  } catch {
    return undefined;
  }
}

/** Not a refusal: a server that is starting, busy or without its database. */
export const temporary = (answer: Answer | undefined): boolean =>
  answer === undefined || answer.status >= 500 || answer.status === 429;

/** What was begun before the load ended may take so long to be answered. */
const LAST_ANSWER_MS = 300_000;

/** Tries again, as people and machines do, until there is an answer that means something. */
export async function insist<T extends Answer>(
  attempt: () => Promise<T | undefined>,
  options: { pauseMs: number; stopping: AbortSignal },
): Promise<T> {
  let until = Number.POSITIVE_INFINITY;
  for (let tries = 1; ; tries += 1) {
    const answer = await attempt();
    if (answer && !temporary(answer)) return answer;
    if (options.stopping.aborted) until = Math.min(until, performance.now() + LAST_ANSWER_MS);
    if (performance.now() > until)
      throw new Error(`no answer after ${tries} tries; the last one: ${answer?.status} ${answer?.body.slice(0, 300)}`);
    await sleep(Math.min(options.pauseMs * tries, 3_000));
  }
}

/** A browser without JavaScript: cookies, and the token of the last form it saw. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  #csrf = '';

  constructor(origin: string, cookies: Record<string, string> = {}) {
    this.#origin = origin;
    for (const [name, value] of Object.entries(cookies)) this.cookies.set(name, value);
  }

  get(url: string): Promise<Answer | undefined> {
    return this.#send(url, {});
  }

  post(url: string, fields: Record<string, string | string[]>): Promise<Answer | undefined> {
    const body = new URLSearchParams({ _csrf: this.#csrf });
    for (const [name, value] of Object.entries(fields)) for (const v of [value].flat()) body.append(name, v);
    return this.#send(url, { method: 'POST', body });
  }

  async #send(url: string, init: RequestInit): Promise<Answer | undefined> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask(`${this.#origin}${url}`, { ...init, headers: { cookie } });
    if (!answer) return undefined;
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.#csrf = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? this.#csrf;
    return answer;
  }
}
