import { setTimeout as sleep } from 'node:timers/promises';
import { DomUtils, parseDocument } from 'htmlparser2';

/** A mail as the demonstration's viewer shows it. */
export interface ShownMail {
  id: string;
  subject: string;
  to: string;
  messageId: string;
  text: string;
}

/** Reads the demonstration's mailbox the way a person would: through the viewer's pages. */
export class MailboxReader {
  readonly #url: string;
  readonly #mails = new Map<string, ShownMail>();

  constructor(url: string) {
    this.#url = url;
  }

  async #page(path: string) {
    const answer = await fetch(new URL(path, this.#url));
    if (!answer.ok) throw new Error(`the mailbox answered ${answer.status} for ${path}`);
    return parseDocument(await answer.text());
  }

  async mails(): Promise<ShownMail[]> {
    const list = await this.#page('/?still');
    const links = DomUtils.getElementsByTagName('a', list).map((a) => a.attribs.href ?? '');
    for (const link of links) {
      const id = /^\/mail\/(\d+)$/.exec(link)?.[1];
      if (id && !this.#mails.has(id)) this.#mails.set(id, await this.#mail(id));
    }
    return [...this.#mails.values()];
  }

  async #mail(id: string): Promise<ShownMail> {
    const page = await this.#page(`/mail/${id}`);
    const first = (name: string) => DomUtils.getElementsByTagName(name, page)[0];
    const text = (name: string) => DomUtils.textContent(first(name) ?? []);
    const facts = new Map<string, string>();
    let term = '';
    for (const cell of DomUtils.getChildren(first('dl') ?? page)) {
      if (!('name' in cell)) continue;
      if (cell.name === 'dt') term = DomUtils.textContent(cell);
      if (cell.name === 'dd') facts.set(term, DomUtils.textContent(cell));
    }
    return {
      id,
      subject: text('h1'),
      to: facts.get('To') ?? '',
      messageId: facts.get('Message-ID') ?? '',
      text: text('pre'),
    };
  }

  /** What the on-call webhook was sent, oldest first. */
  async webhooks(): Promise<Record<string, unknown>[]> {
    const list = await this.#page('/?still');
    const bodies = DomUtils.getElementsByTagName('details', list).flatMap((d) =>
      DomUtils.getElementsByTagName('pre', d),
    );
    return bodies.map((b) => JSON.parse(DomUtils.textContent(b)) as Record<string, unknown>).toReversed();
  }
}

/** Asks again and again until there is an answer. `what` names it in the error. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(300);
  }
}
