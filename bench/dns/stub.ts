import { openLane } from '../../packages/udp-batch/index.ts';
import { ADDRESS } from './data.ts';

/** What is behind our resolver: says of every name that it is at one address. Prints its port. */

const RECORD = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, ...ADDRESS.split('.').map(Number)];

const lane = await openLane({ address: '127.0.0.1', port: Number(process.argv[2] ?? 0) }, ({ packet, length, out }) => {
  let end = 12;
  while (end < length && packet[end] !== 0) end += (packet[end] as number) + 1;
  end += 5;
  for (let i = 0; i < end; i++) out[i] = packet[i] as number;
  out[2] = 0x81;
  out[3] = 0x80;
  out.set([0, 1, 0, 0, 0, 0], 6);
  out.set(RECORD, end);
  return end + RECORD.length;
});
console.log(JSON.stringify({ port: lane.port }));
