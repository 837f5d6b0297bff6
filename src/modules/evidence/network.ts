import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/**
 * A network namespace with nothing in it but a loopback of its own. A browser that was taken over entirely, not only its
 * renderer, still has no way to this machine's services or to the world but our proxy's door.
 */
export interface BrowserNetwork {
  /** Puts the command that follows into the namespace. */
  enter: readonly string[];
  /** Opens a port on the namespace's 127.0.0.1 behind which `port` of our own 127.0.0.1 answers. */
  openDoor(port: number): Promise<Door>;
  isAlive(): boolean;
  stop(): Promise<void>;
}

export interface Door {
  port: number;
  close(): void;
}

/**
 * Runs inside the namespace and keeps it alive: a listening socket belongs to the namespace where it was made, and a
 * process may hand it to another one outside.
 */
const HOLDER = `
const { createServer } = require('node:net');
process.on('disconnect', () => process.exit());
process.on('message', (id) => {
  const server = createServer().listen(0, '127.0.0.1', () =>
    // Closed once sent: else this process would go on accepting half of the connections.
    process.send({ id, port: server.address().port }, server, () => server.close()));
});
process.send('ready');
`;

const TOOLS = ['/usr/bin/unshare', '/usr/bin/nsenter', '/usr/bin/setpriv'];
const IP = ['/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip'];
const START_MS = 10_000;

/** The wanted message of the holder, or undefined when it ends or stays silent. */
async function heard(holder: ChildProcess): Promise<unknown> {
  const ended = once(holder, 'exit').then(() => undefined);
  const failed = once(holder, 'error').then(() => undefined);
  const message = once(holder, 'message', { signal: AbortSignal.timeout(START_MS) }).then(
    ([m]) => m as unknown,
    () => undefined,
  );
  return Promise.race([message, ended, failed]);
}

/**
 * Makes the namespace, as root or as an ordinary user where the kernel allows user namespaces. Resolves to undefined
 * where it can't be made (no iproute2, no namespaces): then the browser's sandbox and its proxy settings keep it in.
 */
export async function createBrowserNetwork(): Promise<BrowserNetwork | undefined> {
  const ip = IP.find((file) => existsSync(file));
  if (!ip || !TOOLS.every((file) => existsSync(file))) return undefined;
  const asRoot = process.getuid?.() === 0;
  const holder = spawn(
    '/usr/bin/unshare',
    [
      ...(asRoot ? [] : ['--user', '--map-current-user', '--keep-caps']),
      ...['--net', '--', '/bin/sh', '-c', `${ip} link set lo up && exec "$0" "$@"`],
      ...['/usr/bin/setpriv', '--no-new-privs', '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all'],
      ...[process.execPath, '-e', HOLDER],
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: {} },
  );
  const isAlive = () => holder.exitCode === null && holder.signalCode === null;
  const stop = async () => {
    if (!isAlive()) return;
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
  };
  if ((await heard(holder)) !== 'ready') {
    if (holder.pid) await stop();
    return undefined;
  }

  let asked = 0;
  const waiting = new Map<number, (door: { port: number; server: Server }) => void>();
  holder.on('message', (message, handle) => {
    const { id, port } = message as { id: number; port: number };
    waiting.get(id)?.({ port, server: handle as Server });
    waiting.delete(id);
  });

  return {
    enter: [
      '/usr/bin/nsenter',
      `--target=${holder.pid}`,
      ...(asRoot ? [] : ['--user', '--preserve-credentials']),
      '--net',
      '--',
    ],
    async openDoor(target) {
      const id = ++asked;
      const { port, server } = await new Promise<{ port: number; server: Server }>((resolve, reject) => {
        const lost = () => reject(new Error('the browser’s network is gone'));
        holder.once('exit', lost);
        waiting.set(id, (door) => {
          holder.removeListener('exit', lost);
          resolve(door);
        });
        holder.send(id, (error) => error && reject(error));
      });
      const open = new Set<Socket>();
      const keep = (socket: Socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
      };
      server.on('connection', (inner: Socket) => {
        const outer = connect(target, '127.0.0.1');
        keep(inner);
        keep(outer);
        pipeline(inner, outer, () => undefined);
        pipeline(outer, inner, () => undefined);
      });
      return {
        port,
        close() {
          server.close();
          for (const socket of open) socket.destroy();
        },
      };
    },
    isAlive,
    stop,
  };
}
