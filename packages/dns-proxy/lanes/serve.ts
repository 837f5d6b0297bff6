import { addressText, type Datagram, type Lane, type LaneOptions, openLane } from '../../udp-batch/index.ts';
import type { Core } from '../answer/core.ts';
import { DROP, FORWARD } from '../answer/engine.ts';
import { type Proxies, readProxied } from '../listen/proxied.ts';
import type { Client } from '../policy.ts';
import { UDP_PAYLOAD } from '../wire/codes.ts';

/** Who sent the datagram in work. One object is filled again and again; text of the address is made when asked for. */
class Sender implements Client {
  readonly transport = 'udp';
  readonly id = undefined;
  raw: Uint8Array = new Uint8Array(4);

  get address(): string {
    return addressText(this.raw);
  }

  /** For what is answered later. */
  kept(): Client {
    const raw = this.raw.slice();
    return { transport: 'udp', address: addressText(raw), raw, id: undefined };
  }
}

export interface ServedLane {
  readonly lane: Lane;
  /** Answers what is on its way for so long, then closes. */
  close(graceMs: number): Promise<void>;
}

/** Answers datagrams with a core, in whichever thread this is called: from memory in the batch they came in, else later. */
export async function serveLane(options: LaneOptions, core: Core, proxies?: Proxies): Promise<ServedLane> {
  const { engine, forwarder, clock, stats } = core;
  const sender = new Sender();
  const pending = new Set<Promise<unknown>>();
  let closing = false;
  let lane: Lane | undefined;

  const later = (datagram: Datagram, packet: Uint8Array, length: number, client: Client) => {
    const peer = datagram.keep();
    // Never rejects.
    const answer = forwarder.forward(packet, length, client, true).then((late) => {
      if (late) lane?.send(late.bytes, peer);
      pending.delete(answer);
    });
    pending.add(answer);
  };

  const handle = (datagram: Datagram): number => {
    if (closing) return 0;
    let { packet, length, out } = datagram;
    sender.raw = datagram.raw;
    let client: Client = sender;
    if (proxies?.has(sender.address)) {
      const said = readProxied(packet, length, 'udp');
      if (said === 'more' || said === 'bad') return 0;
      if (said !== 'none') {
        client = said.client ?? client;
        packet = packet.subarray(said.size);
        length -= said.size;
        // However it came to the load balancer, to it we answer with one datagram.
        out = out.subarray(0, UDP_PAYLOAD);
      }
    }
    try {
      const size = engine.answer(packet, length, client, clock.now(), out);
      if (size > 0) return size;
      if (size === FORWARD) later(datagram, packet, length, client === sender ? sender.kept() : client);
      return DROP;
    } catch {
      stats.failures += 1;
      return DROP;
    }
  };

  const opened = await openLane(options, handle);
  lane = opened;
  return {
    lane: opened,
    async close(graceMs) {
      closing = true;
      if (pending.size > 0) {
        let timer: NodeJS.Timeout | undefined;
        const grace = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, graceMs);
        });
        await Promise.race([Promise.all(pending), grace]);
        clearTimeout(timer);
      }
      await opened.close();
    },
  };
}
