import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Trust, verifyProof } from '../../audit/index.ts';
import { checkLines, type LineProblem, linesAbout, openingSchema } from './verify.ts';

const USAGE = `usage:
  blocking verify FILE [--proof FILE] [--key FILE] [--opening FILE]
                                 check the public log of blocking (/blocked/log.ndjson); needs no database

  --proof    that a line is in the audit log, from /blocked/log/LINE/proof.json: it vouches for all lines up to it
  --key      the audit log's public key got elsewhere, PEM
  --opening  what the owner of an address or a court was given: says which lines are about it`;

/**
 * The `blocking` part of the command line.
 *
 * @returns the exit code: 0 when all of it holds, 1 when something does not, 2 when it could not be checked at all
 */
export async function runBlockingCommand(args: readonly string[], print: (line: string) => void): Promise<number> {
  const options = { proof: { type: 'string' }, key: { type: 'string' }, opening: { type: 'string' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [command, file, ...rest] = positionals;
    if (command !== 'verify' || !file || rest.length > 0) {
      print(USAGE);
      return 2;
    }
    const { lines, problem } = await checkLines(await rowsOf(file));
    print(`${lines.length} line(s) read.`);
    if (problem) {
      print(`NOT AS IT WAS: ${sentence(problem)}`);
      return 1;
    }
    print('The lines are numbered without gaps, and each carries the hash of the one before.');
    const trust: Trust = { publicKey: values.key ? await readFile(values.key, 'utf8') : undefined };
    if (values.proof && !(await proven(values.proof, trust, lines, print))) return 1;
    if (!values.proof)
      print('Only the file itself was looked at: give a proof of its last line (--proof) to trust it.');
    if (values.opening) {
      const opening = openingSchema.parse(JSON.parse(await readFile(values.opening, 'utf8')));
      const about = linesAbout(lines, opening);
      print(`${about.length} line(s) about ${opening.kind} ${opening.target}:`);
      for (const l of about) print(`  ${l.line}  ${l.at}  ${l.decision}  ${l.basis}${l.why ? `  (${l.why})` : ''}`);
    }
    return 0;
  } catch (error) {
    print(`It could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

async function rowsOf(file: string): Promise<AsyncIterable<string>> {
  // Opened here: a file that isn't there is an error of ours, not an event that nobody hears.
  const handle = await open(file);
  return createInterface({ input: handle.createReadStream(), crlfDelay: Number.POSITIVE_INFINITY });
}

async function proven(
  file: string,
  trust: Trust,
  lines: readonly { id: string; line: number; hash: string }[],
  print: (line: string) => void,
): Promise<boolean> {
  const result = verifyProof(JSON.parse(await readFile(file, 'utf8')), trust);
  if (!result.ok || result.proof.kind !== 'inclusion') {
    print(`NOT PROVEN: ${result.ok ? 'it is no proof of one entry.' : `its ${result.problem} does not hold.`}`);
    return false;
  }
  const { entry, head } = result.proof;
  const line = lines.find((l) => l.id === entry.id);
  if (!line) {
    print('NOT PROVEN: the proof is about no line of this file.');
    return false;
  }
  print(`Proven: lines 1 to ${line.line} are in the log ${head.origin}, signed ${head.at.toISOString()}.`);
  if (line.line < lines.length) print(`Lines ${line.line + 1} to ${lines.length} are newer than the proof.`);
  if (trust.publicKey) print('Signed with the key you gave.');
  return true;
}

function sentence(problem: LineProblem): string {
  switch (problem.kind) {
    case 'malformed':
      return `row ${problem.row} is not a line of the log.`;
    case 'order':
      return `row ${problem.row} has number ${problem.line}: lines were left out, moved or repeated.`;
    case 'changed':
      return `line ${problem.line} is not the one that was written.`;
    case 'chain':
      return `line ${problem.line} does not follow the one before it.`;
  }
}
