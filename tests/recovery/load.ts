import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/platform/random.ts';
import { type Answer, ask, insist, Visitor } from './client.ts';

/** One submission, as its sender knows it. */
export interface Sent {
  /** Stands in the narrative: by it the report is found again, whatever the server says of it. */
  marker: string;
  channel: 'api' | 'web';
  danger: boolean;
  /** What the server has promised so far. */
  acknowledged?: { id?: string; receipt?: string };
  /** Token of the draft's cookie: the draft whose "danger now" was acknowledged. */
  dangerDraft?: string;
}

export interface Ledger {
  sent: Sent[];
  /** Ids of items whose assessment as illegal a second person agreed to, acknowledged. */
  assessed: Set<string>;
  /** Ids of danger pages that somebody on call has taken. */
  taken: Set<string>;
  /** Answers that nobody may get: a refusal of something that is in order. */
  wrong: string[];
  /** How often nobody answered, or a server that was starting. */
  unanswered: number;
  replayed: number;
}

export const newLedger = (): Ledger => ({
  sent: [],
  assessed: new Set(),
  taken: new Set(),
  wrong: [],
  unanswered: 0,
  replayed: 0,
});

interface Load {
  origin: string;
  random: Random;
  ledger: Ledger;
  stopping: AbortSignal;
}

/** Between two reports of one sender: the machine runs the tests too. */
const PAUSE_MS = 250;
/** No proof of work without JavaScript: the form wants some seconds instead. */
const READING_MS = 4_200;
const IN_TEN_DANGER = 1;

const DANGER_WORDS = 'سأنتحر الليلة';
const HARMLESS_WORDS = 'كلمات من صنع الخيال';

const photo = (random: Random) => `http://photos.sample-host.example/p/${1 + random.int(30)}`;
const profile = (random: Random) => `http://chat.sample-app.example/u/member_${1 + random.int(10)}`;

/** Insists, and counts the tries that nobody answered. */
function insistent(load: Load, pauseMs: number) {
  return <T extends Answer>(attempt: () => Promise<T | undefined>): Promise<T> =>
    insist(
      async () => {
        const answer = await attempt();
        if (answer === undefined || answer.status >= 500) load.ledger.unanswered += 1;
        return answer;
      },
      { pauseMs, stopping: load.stopping },
    );
}

/** An organisation's program: one report after the other, each sent again under its Idempotency-Key until acknowledged. */
export async function apiSender(load: Load, name: string, apiKey: string): Promise<void> {
  const { random, ledger } = load;
  const insistOn = insistent(load, 200);
  for (let n = 0; !load.stopping.aborted; n += 1) {
    const marker = `${name}-${n}`;
    const declared = random.int(10) < IN_TEN_DANGER;
    const spoken = random.int(20) === 0;
    const body = JSON.stringify({
      category: 'harassment',
      urls: random.int(4) === 0 ? [] : [random.int(3) === 0 ? profile(random) : photo(random)],
      narrative: `[${marker}] ${spoken ? DANGER_WORDS : HARMLESS_WORDS}`,
      language: 'ar',
      danger: declared,
    });
    const sent: Sent = { marker, channel: 'api', danger: declared || spoken };
    ledger.sent.push(sent);
    const post = () =>
      ask(`${load.origin}/api/v1/reports`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': marker },
        body,
      });
    const answer = await insistOn(post);
    if (answer.status !== 201) ledger.wrong.push(`${marker}: ${answer.status} ${answer.body.slice(0, 300)}`);
    else sent.acknowledged = JSON.parse(answer.body) as { id: string; receipt: string };
    if (random.int(8) === 0 && answer.status === 201) {
      const again = await insistOn(post);
      ledger.replayed += 1;
      if (again.body !== answer.body) ledger.wrong.push(`${marker}: a replay answered ${again.status} ${again.body}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** People at the form, one after the other: each page again until it is taken. Some leave after "danger now". */
export async function formSender(load: Load, name: string): Promise<void> {
  for (let n = 0; !load.stopping.aborted; n += 1) {
    await fillForm(load, `${name}-${n}`);
    await sleep(PAUSE_MS);
  }
}

async function fillForm(load: Load, marker: string): Promise<void> {
  const { random, ledger } = load;
  const visitor = new Visitor(load.origin);
  const danger = random.int(10) < 4;
  const leaves = danger && random.int(2) === 0;
  const sent: Sent = { marker, channel: 'web', danger };
  const insistOn = insistent(load, 300);

  const page = await insistOn(() => visitor.get('/ar/report'));
  if (page.status !== 200) return void ledger.wrong.push(`${marker}: the form answered ${page.status}`);
  const began = performance.now();
  const steps: [string, Record<string, string>][] = [
    ['who', { reporter: 'parent' }],
    ['danger', { danger: danger ? 'yes' : 'no' }],
    ['what', { category: 'harassment' }],
    ['where', { links: random.int(3) === 0 ? profile(random) : photo(random) }],
    ['story', { narrative: `[${marker}] ${HARMLESS_WORDS}` }],
    ['seen', { visibility: 'public' }],
    ['when', { occurred: 'today' }],
    ['age', { ageBand: '12-14' }],
    ['contact', {}],
  ];
  for (const [step, fields] of steps) {
    const answer = await insistOn(() => visitor.post(`/ar/report/${step}`, fields));
    if (answer.status !== 303) return void ledger.wrong.push(`${marker}: ${step} answered ${answer.status}`);
    if (step === 'who') ledger.sent.push(sent);
    if (step === 'danger' && danger) {
      sent.dangerDraft = visitor.cookies.get('rd');
      if (leaves) return;
    }
  }
  if (!danger) await sleep(Math.max(0, READING_MS - (performance.now() - began)));
  // 429 is "a moment, please": the same page sends again.
  const review = await insistOn(() => visitor.post('/ar/report/review', {}));
  if (review.status !== 303 || !review.location.endsWith('/done'))
    return void ledger.wrong.push(`${marker}: review answered ${review.status} ${review.location}`);
  sent.acknowledged = {};
  const done = await insistOn(() => visitor.get('/ar/report/done'));
  if (done.status !== 200) return void ledger.wrong.push(`${marker}: done answered ${done.status} ${done.location}`);
  const digits = /\b(\d{4}) (\d{4}) (\d{4}) (\d{4})\b/.exec(done.body);
  // Shown in full for two minutes; who comes later sees the last four digits.
  if (digits) sent.acknowledged = { receipt: digits.slice(1).join('') };
}

/** An analyst who judges one waiting address after the other. */
export async function analyst(load: Load, session: string, pauseMs: number): Promise<void> {
  const { ledger, origin } = load;
  const visitor = new Visitor(origin, { ss: session, lang: 'en' });
  const insistOn = insistent(load, 300);
  while (!load.stopping.aborted) {
    await sleep(pauseMs);
    const queue = await insistOn(() => visitor.get('/desk?kind=url'));
    if (queue.status !== 200) return void ledger.wrong.push(`the queue answered ${queue.status} ${queue.location}`);
    const id = /data-row="([0-9a-f-]{36})"/.exec(queue.body)?.[1];
    if (!id) continue;
    const item = await insistOn(() => visitor.get(`/desk/items/${id}`));
    const checked = [...item.body.matchAll(/<input[^>]+name="articles"[^>]*>/g)].filter(([tag]) =>
      tag.includes('checked'),
    );
    const fields = {
      outcome: 'illegal',
      category: 'harassment',
      severity: 'serious',
      ageBand: 'unknown',
      sex: 'unknown',
      articles: checked.map(([tag]) => /value="([^"]+)"/.exec(tag)?.[1] ?? ''),
      basedOn: /name="basedOn" value="([^"]*)"/.exec(item.body)?.[1] ?? '',
      note: '',
    };
    const answer = await insistOn(() => visitor.post(`/desk/items/${id}/assess`, fields));
    // 409: the try that nobody answered was done, or a new report changed the item; the next round sees.
    if (answer.status !== 303 && answer.status !== 409)
      ledger.wrong.push(`assessing answered ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

/** The second person: agrees with what waits for one, so that notices go out. */
export async function senior(load: Load, session: string, pauseMs: number): Promise<void> {
  const { ledger, origin } = load;
  const visitor = new Visitor(origin, { ss: session, lang: 'en' });
  const insistOn = insistent(load, 300);
  while (!load.stopping.aborted) {
    await sleep(pauseMs);
    const list = await insistOn(() => visitor.get('/desk/verify'));
    if (list.status !== 200) return void ledger.wrong.push(`second looks answered ${list.status} ${list.location}`);
    const look = /\/desk\/verify\/([0-9a-f-]{36})/.exec(list.body)?.[1];
    if (!look) continue;
    const page = await insistOn(() => visitor.get(`/desk/verify/${look}`));
    const item = /\/desk\/items\/([0-9a-f-]{36})/.exec(page.body)?.[1];
    if (!item) continue;
    const answer = await insistOn(() => visitor.post(`/desk/verify/${look}`, { agree: 'yes' }));
    if (answer.status === 303) ledger.assessed.add(item);
    // 409: the try that nobody answered was done, or the item was judged anew; what was done has its notice.
    else if (answer.status !== 409)
      ledger.wrong.push(`a second look answered ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

/**
 * Somebody on call: follows the link of each mail, or the list that a mail about many leads to, and takes the danger.
 * Otherwise it would ring again and again.
 */
export async function onCall(load: Load, session: string, mails: string[]): Promise<void> {
  const { ledger, origin } = load;
  const visitor = new Visitor(origin, { ss: session, lang: 'en' });
  const insistOn = insistent(load, 300);
  const queue: string[] = [];
  while (!load.stopping.aborted) {
    const mail = mails.shift();
    const named = /\/desk\/danger\/([0-9a-f-]{36})/.exec(mail ?? '')?.[1];
    if (named) queue.push(named);
    else if (mail !== undefined) {
      const list = await insistOn(() => visitor.get('/desk/danger'));
      for (const [, id] of list.body.matchAll(/\/desk\/danger\/([0-9a-f-]{36})"/g)) queue.push(id as string);
    }
    const page = queue.shift();
    if (!page || ledger.taken.has(page)) {
      if (!page) await sleep(100);
      continue;
    }
    const shown = await insistOn(() => visitor.get(`/desk/danger/${page}`));
    if (shown.status !== 200) return void ledger.wrong.push(`a danger page answered ${shown.status} ${shown.location}`);
    const answer = await insistOn(() => visitor.post(`/desk/danger/${page}/acknowledge`, {}));
    if (answer.status === 303) ledger.taken.add(page);
    else ledger.wrong.push(`taking a danger answered ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}
