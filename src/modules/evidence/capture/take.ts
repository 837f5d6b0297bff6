import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import {
  createRelayCertificate,
  type EgressOptions,
  type Exchange,
  type ProxyDecision,
  startRecorder,
} from '../../../platform/egress/index.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { ConfinedBrowser } from '../browser.ts';
import { type LookTimes, look } from '../look.ts';
import { type Masked, mask, redact, type Withheld } from './mask.ts';
import { contentMedia } from './media.ts';
import type { CaptureOrder, CaptureResult } from './parts.ts';
import { SOFTWARE, wacz } from './wacz.ts';
import { headOf, warcExchange, warcInfo } from './warc.ts';

export interface TakeTools {
  egress: EgressOptions;
  times: LookTimes;
  /** Starts a confined browser whose only way out is `proxyPort`, and that takes `acceptKey` for every site's key. */
  openBrowser(way: { proxyPort: number; acceptKey: string }): Promise<ConfinedBrowser>;
}

const MAX_TEXT = 200_000;
/** Longest list of requests in a package; a page that makes more is broken or hostile. */
const MAX_EXCHANGES = 600;
const TEXT_MS = 3_000;

/**
 * Painted over whatever can hold a picture while the picture of the page is made; reaches into frames and shadow trees.
 * The bytes themselves never came this far: this is for what a page draws by itself.
 */
const GREY = `
img, video, canvas, svg, picture, object, embed, audio, input[type=image] { filter: brightness(0) invert(0.5) !important; }
*, *::before, *::after { background-image: none !important; border-image: none !important; list-style-image: none !important; mask-image: none !important; }
`;

const bare = (host: string) => host.replace(/^\[|\]$|\.$/g, '');

/** The words of the page and its frames, as somebody would read them. */
async function wordsOf(page: Page): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(resolve, TEXT_MS, ''));
  // biome-ignore lint/performance/useDomNodeTextContent: as it is laid out, without what is hidden.
  const read = () => document.body?.innerText ?? '';
  const texts = page.frames().map((frame) => Promise.race([frame.evaluate(read), late]).catch(() => ''));
  return (await Promise.all(texts)).filter(Boolean).join('\n\n').slice(0, MAX_TEXT).toWellFormed();
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The certificates that sites showed, each once, under the names it was shown for. */
function certificates(exchanges: readonly Exchange[]): string {
  const seen = new Map<string, string>();
  for (const { tls, dns } of exchanges)
    for (const [i, der] of (tls?.chain ?? []).entries()) {
      const text = pem(der);
      if (!seen.has(text)) seen.set(text, `# ${dns.host}, certificate ${i + 1}\n`);
    }
  return [...seen].map(([text, name]) => name + text).join('');
}

interface Kept {
  exchange: Exchange;
  masked: Masked | undefined;
}

function headersOf({ exchange, masked }: Kept) {
  const lines = (raw: Buffer) => raw.toString('latin1').trimEnd().split('\r\n');
  const { url, method, status, begun, ended, address, port, dns, tls, truncated, body } = exchange;
  return {
    url,
    method,
    status,
    begun: begun.toISOString(),
    ended: ended.toISOString(),
    address,
    port,
    dns: { ...dns, at: dns.at.toISOString() },
    tls: tls ? { protocol: tls.protocol, cipher: tls.cipher } : null,
    request: lines(headOf(exchange.request)),
    response: lines(headOf(exchange.response)),
    bytes: body.length,
    truncated,
    ...(masked && masked.withheld.length > 0 ? { withheld: masked.withheld } : {}),
  };
}

/** What the address itself is, when it is no page: the bytes of a page change with every visit and name nothing. */
function mediaOf(exchanges: readonly Exchange[], finalUrl: string): string | undefined {
  const answer = exchanges.findLast((e) => e.url === finalUrl && e.status === 200 && !e.truncated);
  if (!answer?.decoded) return undefined;
  const at = answer.rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
  if (!/^(image|video|audio)\//i.test(answer.rawHeaders[at + 1] ?? '')) return undefined;
  return createHash('sha256').update(answer.decoded).digest('hex');
}

/**
 * One capture: a browser of its own behind a recording gate of its own; what comes back is in memory and nowhere else.
 * Never throws for what the page does.
 */
export async function take(order: CaptureOrder, url: URL, tools: TakeTools): Promise<CaptureResult> {
  const { clock, random } = tools.egress;
  const kept: Kept[] = [];
  const decisions: ProxyDecision[] = [];
  const begun = clock.now();
  // The machine's own time and not the injected clock: it is the browser that looks at the dates.
  const certificate = await createRelayCertificate(new Date());
  const recorder = await startRecorder(tools.egress, {
    certificate,
    onExchange(exchange) {
      const masked = order.mask ? mask(exchange) : undefined;
      if (kept.length < MAX_EXCHANGES) kept.push({ exchange, masked });
      return masked?.shown;
    },
    onDecision: (decision) => void (decisions.length < MAX_EXCHANGES && decisions.push(decision)),
  });
  let browser: ConfinedBrowser | undefined;
  try {
    browser = await tools.openBrowser({ proxyPort: recorder.port, acceptKey: certificate.spki });
    const { page, renderers } = browser;
    const outcomeFor = (host: string) => decisions.findLast((d) => d.host === bare(host))?.outcome;
    const seen = await look(page, url, outcomeFor, tools.times, order.mask ? GREY : undefined);
    if ('unavailable' in seen) return seen;
    const finalUrl = page.url();
    const words = await wordsOf(page);
    const text = order.mask ? redact(Buffer.from(words)).text.toString() : words;
    // Nothing arrives any more once the parts are put together.
    await browser.close();
    browser = undefined;

    const ended = clock.now();
    const id = () => uuidv7(clock, random);
    const warc = Buffer.concat([
      warcInfo({ id }, begun, { software: SOFTWARE, format: 'WARC File Format 1.1', isPartOf: url.href }),
      ...kept.map(({ exchange, masked }) => warcExchange({ id }, exchange, masked)),
    ]);
    const withheld: Withheld[] = kept.flatMap((k) => k.masked?.withheld ?? []);
    const about = {
      url: url.href,
      finalUrl,
      title: seen.title,
      begun: begun.toISOString(),
      ended: ended.toISOString(),
      clock: 'system clock of the capturing server, UTC',
      userAgent: tools.egress.userAgent,
      software: SOFTWARE,
      sandbox: renderers.map(({ seccomp, noNewPrivs, pidNamespaces }) => ({ seccomp, noNewPrivs, pidNamespaces })),
      picturesWithheld: order.mask,
      refused: decisions
        .filter((d) => d.outcome !== 'connected' && d.outcome !== 'dropped')
        .map(({ at, host, port, outcome }) => ({ at: at.toISOString(), host, port, outcome })),
    };
    const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    const chain = certificates(kept.map((k) => k.exchange));
    const parts = [
      { path: 'page.png', data: seen.png },
      { path: 'page.txt', data: Buffer.from(`${text}\n`) },
      { path: 'headers.json', data: json(kept.map(headersOf)) },
      ...(chain ? [{ path: 'certificates.pem', data: Buffer.from(chain) }] : []),
      { path: 'capture.wacz', data: await wacz(warc, { id: id(), url: finalUrl, title: seen.title, at: begun, text }) },
      { path: 'capture.json', data: json(about) },
    ];
    const bodies = new Map(order.deposit ? kept.flatMap((k) => [...(k.masked?.bodies ?? [])]) : []);
    return {
      parts,
      deposit: [...bodies].map(([sha256, data]) => ({ path: sha256, data })),
      facts: {
        finalUrl,
        requests: kept.length,
        withheld: withheld.length,
        bytes: parts.reduce((sum, part) => sum + part.data.length, 0),
        mediaSha256: mediaOf(
          kept.map((k) => k.exchange),
          finalUrl,
        ),
        media: contentMedia(
          kept.map((k) => k.exchange),
          [url.href, finalUrl],
        ),
      },
    };
  } finally {
    await browser?.close();
    await recorder.stop();
  }
}
