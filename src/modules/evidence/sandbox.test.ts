import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { confinementOf, isRunning, processTree, sandboxFaults } from './sandbox.ts';

const browser = { pidNamespaces: 1, netNamespace: 'net:[1]', userNamespace: 'user:[1]' };
const good = {
  pid: 9,
  seccomp: 2,
  noNewPrivs: 1,
  pidNamespaces: 2,
  netNamespace: 'net:[2]',
  userNamespace: 'user:[2]',
};

describe('sandbox', () => {
  it('finds nothing wrong with a confined renderer', () => {
    expect(sandboxFaults(good, browser)).toEqual([]);
  });

  it.each([
    [{ seccomp: 0 }, 'Seccomp'],
    [{ seccomp: 1 }, 'Seccomp'],
    [{ noNewPrivs: 0 }, 'NoNewPrivs'],
    [{ pidNamespaces: 1 }, 'PID namespace'],
    [{ netNamespace: 'net:[1]' }, 'network namespace'],
    [{ userNamespace: 'user:[1]' }, 'user namespace'],
  ])('names what is missing: %o', (change, word) => {
    const faults = sandboxFaults({ ...good, ...change }, browser);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(word);
  });

  it('reads what Linux says about a process and finds its descendants', async () => {
    const mark = `mark-${process.pid}`;
    const parent = spawn('/bin/sh', ['-c', 'setpriv --no-new-privs sleep 30 & wait', mark], { stdio: 'ignore' });
    try {
      await expect.poll(() => processTree(mark).map((p) => p.command.split(' ')[0])).toEqual(['/bin/sh', 'sleep']);
      const [shell, sleeper] = processTree(mark);
      expect(shell?.pid).toBe(parent.pid);
      expect(confinementOf(sleeper?.pid ?? 0)).toMatchObject({
        noNewPrivs: 1,
        netNamespace: expect.stringMatching(/^net:\[\d+\]$/),
        userNamespace: expect.stringMatching(/^user:\[\d+\]$/),
      });
      expect(confinementOf(shell?.pid ?? 0)?.noNewPrivs).toBe(0);
      for (const p of [sleeper, shell]) if (p) process.kill(p.pid, 'SIGKILL');
      await once(parent, 'exit');
      expect(shell && isRunning(shell)).toBe(false);
      expect(processTree(mark)).toEqual([]);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
