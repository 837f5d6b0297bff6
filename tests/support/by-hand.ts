import type { PlatformProcess } from './platform-process.ts';
import { type Answer, RawClient } from './raw-client.ts';

/** What an organisation's program sends, made up and mild. */
export interface SentReport {
  category: string;
  urls?: string[];
  accounts?: { platform: string; name: string }[];
  narrative?: string;
  danger?: boolean;
}

/** Files a report with the demonstration's API key. */
export async function fileReport(
  platform: PlatformProcess,
  report: SentReport,
): Promise<{ id: string; receipt: string }> {
  const answer = await fetch(`${platform.origin}/api/v1/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.demo.apiKey}` },
    body: JSON.stringify({ language: 'ar', danger: false, ageBand: '12-14', ...report }),
  });
  if (answer.status !== 201) throw new Error(`the report was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { id: string; receipt: string };
}

/** Somebody of the staff without a browser, signed in by the demonstration's link. */
export async function staff(platform: PlatformProcess, role: string): Promise<RawClient> {
  const client = new RawClient(platform.origin);
  const door = new URL(platform.signInUrl(role)).pathname;
  const answer = await client.post(door, door, {});
  if (answer.status !== 303) throw new Error(`signing the ${role} in was answered ${answer.status}`);
  return client;
}

/**
 * Judges an item as illegal on the page that the desk has for it, and has a second person agree: nothing leaves before.
 * For a category whose second look is not blind.
 */
export async function assessIllegal(
  analyst: RawClient,
  senior: RawClient,
  item: string,
  category: string,
): Promise<void> {
  const path = `/desk/items/${item}`;
  const page = await analyst.get(path);
  const article = [...page.text.matchAll(/<input[^>]+name="articles"[^>]*>/g)].find(([tag]) => tag.includes('checked'));
  const answer = await analyst.post(path, `${path}/assess`, {
    outcome: 'illegal',
    category,
    severity: 'serious',
    ageBand: 'unknown',
    sex: 'unknown',
    articles: /value="([^"]+)"/.exec(article?.[0] ?? '')?.[1] ?? '',
    basedOn: /name="basedOn" value="([^"]*)"/.exec(page.text)?.[1] ?? '',
    note: '',
  });
  if (answer.status !== 303) throw new Error(`assessing was answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  // The page of the item leads whoever may take the second look to it.
  const look = /\/desk\/verify\/[0-9a-f-]{36}/.exec((await senior.get(path)).text)?.[0];
  if (!look) throw new Error('nothing waits for a second person');
  const agreed = await senior.post(look, look, { agree: 'yes' });
  if (agreed.status !== 303) throw new Error(`agreeing was answered ${agreed.status}: ${agreed.text.slice(0, 300)}`);
}

/** The page behind a follow-up number. */
export async function pageOfReceipt(origin: string, lang: string, receipt: string): Promise<Answer> {
  const visitor = new RawClient(origin);
  const path = `/${lang}/receipt`;
  const answer = await visitor.post(path, path, { number: receipt });
  if (answer.status !== 303) throw new Error(`the number was answered ${answer.status}`);
  return visitor.get(path);
}
