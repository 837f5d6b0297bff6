import type { Page, Response } from 'playwright-core';
import type { ProxyDecision } from '../../platform/egress/index.ts';
import { VIEWPORT } from './browser.ts';
import type { RenderingResult, UnavailableReason } from './rendering.ts';

/** How long each part of a look may take, in milliseconds; together below what somebody at the desk waits. */
export interface LookTimes {
  /** Until the site begins to answer. Below the proxy's idle limit, so that silence is told from a broken connection. */
  answer: number;
  /** Until everything has loaded; then the picture is taken of what is there. */
  load: number;
  /** Until the network is quiet: scripts that draw after loading. */
  settle: number;
  /** To draw the picture. */
  picture: number;
}
export const LOOK_TIMES: LookTimes = { answer: 12_000, load: 6_000, settle: 1_500, picture: 10_000 };

const MAX_URL = 8_192;
const MAX_HEIGHT = 4_000;
const MAX_TITLE = 300;

/** The URL in the form browsers give it, or undefined if it is none that may be looked at. */
export function lookableUrl(text: string): URL | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.hostname && !url.username && !url.password ? url : undefined;
}

/** What a decision of the proxy about the page's own host means for the look. */
function ofDecision(outcome: ProxyDecision['outcome'] | undefined): UnavailableReason {
  switch (outcome) {
    case 'dns':
      return 'dns';
    case undefined:
    case 'connected':
    case 'network':
      return 'unreachable';
    case 'busy':
      return 'busy';
    case 'tls':
      return 'tls';
    default:
      return 'refused';
  }
}

/**
 * What a failed navigation means: Chromium's own words for certificates and downloads, the proxy's decision for the rest.
 * @param told message of Playwright or Chromium, with `net::ERR_…` in it
 */
export function ofFailure(told: string, outcome: ProxyDecision['outcome'] | undefined): UnavailableReason {
  if (/Timeout \d+ms exceeded|ERR_TIMED_OUT|ERR_CONNECTION_TIMED_OUT/.test(told)) return 'timeout';
  if (/ERR_CERT_|ERR_SSL_|ERR_BAD_SSL|ERR_INSECURE_RESPONSE/.test(told)) return 'tls';
  if (/Download is starting|ERR_ABORTED|ERR_HTTP_RESPONSE_CODE_FAILURE/.test(told)) return 'not-a-page';
  if (/ERR_BLOCKED_BY_|ERR_UNSAFE_PORT|ERR_DISALLOWED_URL_SCHEME|ERR_UNKNOWN_URL_SCHEME/.test(told)) return 'refused';
  if (/net::ERR_/.test(told)) return ofDecision(outcome);
  return 'failed';
}

const cleanTitle = (title: string) =>
  title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, MAX_TITLE)
    .toWellFormed()
    .trim();

/** The latest thing that happened to the page itself: scripts and refreshes may lead it on after the first answer. */
interface Journey {
  host: string;
  /** Set when the latest answer came from the proxy and not from a site, or when there was none. */
  stopped?: UnavailableReason;
}

function follow(page: Page, first: URL, outcomeFor: (host: string) => ProxyDecision['outcome'] | undefined): Journey {
  const journey: Journey = { host: first.hostname };
  page.on('response', (response: Response) => {
    const request = response.request();
    if (!request.isNavigationRequest() || request.frame() !== page.mainFrame()) return;
    const url = lookableUrl(response.url());
    if (!url) return;
    journey.host = url.hostname;
    // A site may send this header too, and only hides itself by it; over https the proxy can't.
    const ours = url.protocol === 'http:' && response.headers()['x-egress'] !== undefined;
    journey.stopped = ours ? ofDecision(outcomeFor(url.hostname)) : undefined;
  });
  page.on('requestfailed', (request) => {
    if (!request.isNavigationRequest() || request.frame() !== page.mainFrame()) return;
    const reason = ofFailure(
      request.failure()?.errorText ?? '',
      outcomeFor(lookableUrl(request.url())?.hostname ?? ''),
    );
    // A download or an empty answer leaves the page where it was.
    if (reason !== 'not-a-page') journey.stopped = reason;
  });
  return journey;
}

/**
 * Goes to a page and takes its picture: 1280 pixels wide, as high as the page is and at most 4000. What has not loaded
 * in time is missing from the picture. Never throws for what the page does.
 * @param outcomeFor the proxy's latest decision about a host
 * @param style laid over the page while the picture is made, frames and shadow trees included
 */
export async function look(
  page: Page,
  url: URL,
  outcomeFor: (host: string) => ProxyDecision['outcome'] | undefined,
  times: LookTimes = LOOK_TIMES,
  style?: string,
): Promise<RenderingResult> {
  const journey = follow(page, url, outcomeFor);
  try {
    await page.goto(url.href, { waitUntil: 'commit', timeout: times.answer });
    await page.waitForLoadState('load', { timeout: times.load }).catch(() => undefined);
    await page.waitForLoadState('networkidle', { timeout: times.settle }).catch(() => undefined);
    if (journey.stopped) return { unavailable: journey.stopped };
    const png = await page.screenshot({
      fullPage: true,
      clip: { x: 0, y: 0, width: VIEWPORT.width, height: MAX_HEIGHT },
      animations: 'disabled',
      timeout: times.picture,
      ...(style === undefined ? {} : { style }),
    });
    const title = cleanTitle(await page.title());
    return journey.stopped ? { unavailable: journey.stopped } : { png, title, finalHost: journey.host };
  } catch (error) {
    if (journey.stopped) return { unavailable: journey.stopped };
    return { unavailable: ofFailure(error instanceof Error ? error.message : '', outcomeFor(journey.host)) };
  }
}
