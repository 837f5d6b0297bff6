import { parentPort, workerData } from 'node:worker_threads';
import { openLane } from '../index.ts';

/** A lane in a thread of its own that sends everything back; tells its port, then how much it took when it is told to stop. */
const lane = await openLane(workerData, ({ packet, length, out }) => {
  for (let i = 0; i < length; i++) out[i] = packet[i] as number;
  return length;
});
parentPort?.on('message', async () => {
  await lane.close();
  parentPort?.postMessage(lane.stats);
  parentPort?.close();
});
parentPort?.postMessage({ port: lane.port, kind: lane.kind });
