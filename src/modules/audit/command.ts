import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Db } from '../../platform/db.ts';
import { exportLog } from './export.ts';
import { headJson, toHeadJson } from './log/head.ts';
import { type ProofProblem, type ProofResult, type Trust, verifyProof } from './proof.ts';
import { newestHead } from './store.ts';
import { type Finding, type Verification, verifyExport } from './verify.ts';

export interface AuditCommandDeps {
  /** Opens the database; called only by the commands that need one. */
  open(): Promise<{ db: Db; publicKeyPem: string; close(): Promise<void> }>;
  print(line: string): void;
}

const USAGE = `usage:
  audit export FILE                              write the whole log to FILE
  audit verify FILE [--head FILE] [--key FILE]   check an export; needs no database
  audit prove PROOF [--head FILE] [--key FILE]   check a proof (file or JSON text); needs no database
  audit head                                     print the newest signed head, to be published or kept

  --head  a head got elsewhere: from /audit/head.json, a newspaper, a colleague
  --key   the log's public key got elsewhere, PEM`;

/**
 * The `audit` part of the command line.
 *
 * @returns the exit code: 0 when done or verified, 1 when something was found, 2 when it could not be checked at all
 */
export async function runAuditCommand(args: readonly string[], deps: AuditCommandDeps): Promise<number> {
  const { print } = deps;
  try {
    const options = { head: { type: 'string' }, key: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [command, subject, ...rest] = positionals;
    if (command === 'head' && !subject) return await printHead(deps);
    if (!subject || rest.length > 0) throw new UsageError();
    if (command === 'export') return await exportTo(subject, deps);
    const trust = await readTrust(values.head, values.key);
    if (command === 'verify') return verified(await verifyExport(linesOf(subject), trust), trust, print);
    if (command === 'prove') return proven(verifyProof(JSON.parse(await textOf(subject)), trust), trust, print);
    throw new UsageError();
  } catch (error) {
    const usage = error instanceof UsageError || (error instanceof Error && 'code' in error && isArgsCode(error.code));
    print(usage ? USAGE : `It could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

class UsageError extends Error {}

const isArgsCode = (code: unknown) => typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');

async function printHead({ open: openDatabase, print }: AuditCommandDeps): Promise<number> {
  const { db, close } = await openDatabase();
  try {
    const head = await newestHead(db);
    print(head ? JSON.stringify(toHeadJson(head), null, 2) : 'Nothing has been sealed yet.');
    return head ? 0 : 1;
  } finally {
    await close();
  }
}

/** Written beside its place first: an export cut short never looks like a whole one. */
async function exportTo(file: string, { open: openDatabase, print }: AuditCommandDeps): Promise<number> {
  const { db, publicKeyPem, close } = await openDatabase();
  const draft = `${file}.part`;
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      const { entries, unsealed } = await exportLog(db, publicKeyPem, (text) => handle.writeFile(text));
      await handle.sync();
      print(`${count(entries, 'sealed entry', 'sealed entries')} and ${unsealed} unsealed written to ${file}.`);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    return 0;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await close();
  }
}

async function readTrust(head: string | undefined, key: string | undefined): Promise<Trust> {
  return {
    head: head === undefined ? undefined : headJson.parse(JSON.parse(await readFile(head, 'utf8'))),
    publicKey: key === undefined ? undefined : await readFile(key, 'utf8'),
  };
}

async function* linesOf(file: string): AsyncIterable<string> {
  // Opened here: a file that isn't there is an error of ours, not an event that nobody hears.
  const handle = await open(file);
  yield* createInterface({ input: createReadStream('', { fd: handle }), crlfDelay: Number.POSITIVE_INFINITY });
}

async function textOf(proof: string): Promise<string> {
  return proof.trimStart().startsWith('{') ? proof : readFile(proof, 'utf8');
}

function verified(result: Verification, trust: Trust, print: (line: string) => void): number {
  const { entries, heads, head, unsealed, oldestUnsealed, findings } = result;
  print(`${count(entries, 'sealed entry', 'sealed entries')}, ${count(heads, 'signed head', 'signed heads')}.`);
  if (head)
    print(`Newest head: ${head.size} entries, signed ${head.at.toISOString()}, root ${head.root.toString('hex')}.`);
  if (unsealed > 0) print(`Unsealed tail: ${count(unsealed, 'entry', 'entries')}, the oldest of ${oldestUnsealed}.`);
  for (const finding of findings) print(`NOT AS IT WAS: ${sentence(finding)}`);
  if (!result.ok) return 1;
  print('Verified: the entries are those that were signed, in that order, and none is missing.');
  printTrust(trust, print);
  return 0;
}

function sentence(finding: Finding): string {
  switch (finding.kind) {
    case 'malformed':
      return `line ${finding.line} is not a line of an export.`;
    case 'order':
      return `after entry ${finding.expected - 1} comes entry ${finding.found}: entries were left out, moved or repeated.`;
    case 'entry':
      return `entry ${finding.seq} (${finding.id}) is not the one that was chained.`;
    case 'signature':
      return `the head of ${finding.size} entries is not signed by the log's key.`;
    case 'head':
      return `the entries ${finding.fittedUpTo} to ${finding.size - 1} are not those that were signed.`;
    case 'key':
      return 'the file is signed with another key than the one you trust.';
    case 'published':
      return `the first ${finding.size} entries are not those under the head you trust.`;
    case 'short':
      return `a head covers ${finding.size} entries, but there are ${finding.entries}: entries are missing at the end (or the export is older than the head).`;
    case 'unqueued':
      return `entry ${finding.id} was taken off the sealer's queue.`;
    case 'gone':
      return `entry ${finding.id} was announced to the sealer and is gone.`;
    case 'truncated':
      return 'the file stops before its end.';
  }
}

const PROBLEMS: Record<ProofProblem, string> = {
  key: 'it is signed with another key than the one you trust.',
  signature: "the head is not signed by the log's key.",
  path: 'the hashes do not lead to the signed head: something in the proof was changed.',
  head: 'it does not lead to the head you trust. Ask for a consistency proof between the two heads.',
};

function proven(result: ProofResult, trust: Trust, print: (line: string) => void): number {
  if (!result.ok) {
    print(`NOT PROVEN: ${PROBLEMS[result.problem]}`);
    return 1;
  }
  const { proof } = result;
  if (proof.kind === 'inclusion') {
    const { entry, index, head } = proof;
    print(`Proven: entry ${index} of ${head.size} in the log ${head.origin}, signed ${head.at.toISOString()}.`);
    print(`${entry.at}  ${entry.action}  ${entry.subject}  by ${entry.actor}`);
  } else {
    const { first, second } = proof;
    print(`Proven: the log of ${first.size} entries is the unchanged beginning of the log of ${second.size}.`);
  }
  printTrust(trust, print);
  return 0;
}

function printTrust({ head, publicKey }: Trust, print: (line: string) => void): void {
  if (head) print('Compared with the head you gave.');
  if (publicKey) print('Signed with the key you gave.');
  if (!head && !publicKey)
    print('Only the file itself was looked at: compare with a published head (--head) and key (--key) to trust it.');
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
