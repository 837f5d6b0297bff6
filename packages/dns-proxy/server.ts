import { type Core, type CoreSettings, createCore } from './answer/core.ts';
import type { Stats } from './answer/stats.ts';
import { type Endpoint, UdpListener } from './listen/udp.ts';

export interface ServerSettings extends CoreSettings {
  readonly listen: { readonly udp?: readonly Endpoint[] };
  /** How long questions on their way may take when it stops. Default 2,000 ms. */
  readonly graceMs?: number;
}

/** The resolver with all its doors. */
export class ProxyServer {
  readonly core: Core;
  readonly ports: { readonly udp: readonly number[] };
  #udp: UdpListener[];
  #graceMs: number;

  private constructor(core: Core, udp: UdpListener[], graceMs: number) {
    this.core = core;
    this.#udp = udp;
    this.#graceMs = graceMs;
    this.ports = { udp: udp.map((l) => l.port) };
  }

  static async start(settings: ServerSettings): Promise<ProxyServer> {
    const core = createCore(settings);
    const udp: UdpListener[] = [];
    for (const at of settings.listen.udp ?? []) udp.push(await UdpListener.open(at, core.forwarder));
    return new ProxyServer(core, udp, settings.graceMs ?? 2000);
  }

  get stats(): Readonly<Stats> {
    return this.core.stats;
  }

  async close(): Promise<void> {
    await Promise.all(this.#udp.map((l) => l.close(this.#graceMs)));
    this.core.close();
  }
}
