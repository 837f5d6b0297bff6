import { vantageOptions } from '../../platform/egress/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { Platform } from '../../platform/platform.ts';
import type { CameraPort } from './capture/parts.ts';
import { createCaptureClient } from './capture-client.ts';
import { startCaptureServer as startServer } from './capture-server.ts';
import { createPrinter, type PrintingPort } from './printing.ts';
import { createPrintingClient } from './printing-door.ts';
import type { RenderingPort } from './rendering.ts';
import { sweepScratch } from './scratch.ts';
import { DEADLINE_MS, openStudio, type StudioOptions, type StudioReport } from './studio.ts';

export { type Archive, createArchive, evidenceSealed } from './archive/index.ts';
export type { CameraPort } from './capture/parts.ts';
export type { ReferredPort } from './http/access.ts';
export { evidencePanel, evidenceRoutes } from './http/evidence.routes.tsx';
export type { PrintingPort } from './printing.ts';
export type { Rendering, RenderingPort, RenderingResult, UnavailableReason } from './rendering.ts';

export interface EvidenceOptions extends Pick<StudioOptions, 'deadlineMs' | 'times' | 'unsafeNoSandbox'> {
  /** Port of the capture role on 127.0.0.1. Default 9465; 0 takes any, and then only this process finds it. */
  capturePort?: number;
}

export interface CaptureRole {
  port: number;
  /** What a start prints. */
  lines: string[];
  stop(): Promise<void>;
}

export interface Evidence {
  /** Asks the capture role, wherever on this machine it runs. */
  rendering: RenderingPort;
  /** The same role, asked for evidence to keep. */
  camera: CameraPort;
  /** Asks the capture role for a PDF of a document of our own. */
  printing: PrintingPort;
  /**
   * Starts the capture role in this process: as root it runs Chromium as `salama-capture`. Without a browser or without
   * its sandbox the role still answers, and says so: `no-browser`, `no-sandbox`.
   */
  startCaptureServer(): Promise<CaptureRole>;
}

const PURPOSE = 'capture';
const HOLDER = 'render';

function lineOf(report: StudioReport): string {
  const parts = [
    report.sandboxed ? 'sandbox holds' : 'NO SANDBOX (tests only)',
    report.ownNetwork ? 'network of its own' : 'network shared with this machine',
    report.inMemory ? 'profile in memory' : 'profile on disk during a look',
  ];
  return `Renderings  ${parts.join(', ')}`;
}

export function createEvidence(
  platform: Pick<Platform, 'config' | 'keys' | 'log' | 'clock' | 'random'>,
  options: EvidenceOptions = {},
): Evidence {
  const { config, keys, log } = platform;
  let port = options.capturePort ?? 9465;

  const client = createCaptureClient({
    origin: () => `http://127.0.0.1:${port}`,
    token: keys.token(PURPOSE, HOLDER),
    // One look of somebody else's to wait for, and one's own.
    timeoutMs: 2 * (options.deadlineMs ?? DEADLINE_MS),
  });

  return {
    rendering: client,
    camera: client,

    printing: createPrintingClient({ origin: () => `http://127.0.0.1:${port}`, token: keys.token(PURPOSE, HOLDER) }),

    async startCaptureServer() {
      await sweepScratch();
      const studio = await openStudio({
        deadlineMs: options.deadlineMs,
        times: options.times,
        egress: vantageOptions(config.egress, config.egress.vantages[0], platform),
        // Chromium takes no further authority from us; so the made-up Internet's certificates pass unchecked, there only.
        ignoreCertificates: (config.demo || config.dev) && config.egress.ca.length > 0,
        unsafeNoSandbox: options.unsafeNoSandbox,
        log,
      });
      const printer = createPrinter({ unsafeNoSandbox: options.unsafeNoSandbox, log });
      const server = await startServer({
        rendering: studio,
        camera: studio,
        printing: printer,
        authorise: (token) => keys.verifyToken(PURPOSE, HOLDER, token),
        log,
        port,
      }).catch(async (error: unknown) => {
        await printer.stop();
        await studio.stop();
        throw error;
      });
      port = server.port;
      const line = await studio.inspect().then(lineOf, (error: unknown) => {
        log.error({ err: error }, 'no renderings');
        const why = error instanceof AppError ? `${error.code} ${error.params.reason ?? ''}` : String(error);
        return `Renderings  unavailable: ${why.trim()}`;
      });
      return {
        port,
        lines: [line],
        async stop() {
          await server.stop();
          await printer.stop();
          await studio.stop();
        },
      };
    },
  };
}
