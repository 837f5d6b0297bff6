import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import packet, { type Answer } from 'dns-packet';

/** What the test name server says for `name`: addresses and other records, a failure, or nothing at all. */
export type TestRecord = (string | Answer)[] | 'NXDOMAIN' | 'SERVFAIL' | 'SILENT';

export interface TestDns {
  /** `127.0.0.1:port` */
  server: string;
  asked: string[];
  stop(): Promise<void>;
}

const RCODE = { NXDOMAIN: 3, SERVFAIL: 2 };

/**
 * A real name server on loopback for tests. `zone` is asked for every question with the count of earlier questions
 * of that name and type, so a name can change its mind (rebinding). Unknown names are NXDOMAIN.
 */
export async function startTestDns(zone: (name: string, nth: number) => TestRecord | undefined): Promise<TestDns> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, peer) => {
    const query = packet.decode(message);
    const question = query.questions?.[0];
    if (!question) return;
    const key = `${question.name}/${question.type}`;
    const record = zone(question.name.toLowerCase(), asked.filter((a) => a === key).length) ?? 'NXDOMAIN';
    asked.push(key);
    if (record === 'SILENT') return;
    const answers: Answer[] = [];
    if (typeof record !== 'string')
      for (const item of record) {
        const answer: Answer =
          typeof item === 'string'
            ? { type: item.includes(':') ? 'AAAA' : 'A', name: question.name, ttl: 60, data: item }
            : item;
        if (answer.type === question.type) answers.push(answer);
      }
    const rcode = typeof record === 'string' ? RCODE[record] : 0;
    const reply = packet.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | rcode,
      questions: [question],
      answers,
    });
    socket.send(reply, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
