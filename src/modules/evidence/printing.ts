import type { Logger } from '../../platform/log.ts';
import { type BrowserOptions, startBrowser } from './browser.ts';

/** Makes a PDF of a document of our own; undefined when there is no browser, no sandbox, or nobody answers. */
export interface PrintingPort {
  print(html: string, signal?: AbortSignal): Promise<Buffer | undefined>;
}

/** Nobody listens there: the document has everything in it, and the browser has no other way out. */
const NO_PROXY = 9;
const LOAD_MS = 20_000;

export interface Printer extends PrintingPort {
  stop(): Promise<void>;
}

/**
 * Prints in a confined browser of its own for each document, one after the other; nothing of the document stays. Shaping
 * and page breaking of Arabic and French are Chromium's.
 */
export function createPrinter(
  options: Pick<BrowserOptions, 'unsafeNoSandbox' | 'binary'> & { log: Pick<Logger, 'warn'> },
): Printer {
  const stopping = new AbortController();
  let last: Promise<unknown> = Promise.resolve();

  async function printNow(html: string, signal: AbortSignal): Promise<Buffer | undefined> {
    signal.throwIfAborted();
    const browser = await startBrowser({
      proxyPort: NO_PROXY,
      userAgent: 'e-Salama',
      ignoreCertificates: false,
      unsafeNoSandbox: options.unsafeNoSandbox,
      binary: options.binary,
      signal,
    });
    try {
      const { page } = browser;
      page.setDefaultTimeout(LOAD_MS);
      await page.setContent(html, { waitUntil: 'load', timeout: LOAD_MS });
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      return Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true }));
    } finally {
      await browser.close();
    }
  }

  return {
    print(html, signal) {
      const either = AbortSignal.any([stopping.signal, ...(signal ? [signal] : [])]);
      const mine = last
        .then(() => printNow(html, either))
        .catch((error: unknown) => {
          options.log.warn({ err: error }, 'a document could not be printed');
          return undefined;
        });
      last = mine;
      return mine;
    },
    async stop() {
      stopping.abort();
      await last;
    },
  };
}
