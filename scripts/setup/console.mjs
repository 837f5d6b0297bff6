import { spawnSync } from 'node:child_process';

/** Ends set-up; its message is the sentence to read. */
export class SetupError extends Error {}

/**
 * One short line. On stderr, because the output of the command that follows may be data.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

export const isRoot = process.getuid?.() === 0;

/**
 * Runs a program to its end, its output kept back.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show` lets its output through to stderr
 * @returns {{ ok: boolean, output: string }}
 */
export function run(command, args, { cwd, env, show = false } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: env ?? process.env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'],
  });
  const output = [result.stdout, result.stderr, result.error?.message].filter(Boolean).join('\n').trim();
  return { ok: result.status === 0, output };
}

/**
 * Lines of a program's output, indented, for an error message.
 * @param {string[]} lines
 */
export function excerpt(lines) {
  return lines.map((line) => `  ${line}`).join('\n');
}

/**
 * The last lines of a program's output, indented, for an error message.
 * @param {string} output
 */
export function tail(output, lines = 8) {
  return excerpt(output.split('\n').slice(-lines));
}

/** Seconds since `start` (of performance.now()), for people. @param {number} start */
export function secondsSince(start) {
  return `${Math.round((performance.now() - start) / 100) / 10} s`;
}
