import { z } from 'zod';
import { CHAIN_START, chainHash, leafHash } from './log/entry.ts';
import { headJson, readPublicKey, type SignedHead, verifyHead } from './log/head.ts';
import { Frontier } from './log/merkle.ts';
import { entrySchema, sameKey, type Trust } from './proof.ts';

/*
 * The export is a file of JSON lines:
 *
 *   {"format":"e-salama-audit","version":1,"publicKey":PEM,"head":HEAD}   the newest head at that moment
 *   {"seq":0,"hash":BASE64,"entry":ENTRY}                                 in order; hash = link of the chain
 *   {"head":HEAD}                                                         after the last entry that it covers
 *   {"unsealed":ENTRY,"queued":true}                                      not under any head yet
 *   {"gone":UUID}                                                         announced to the sealer, but not there
 *   {"end":{"entries":N,"unsealed":N}}
 */
const headerSchema = z.strictObject({
  format: z.literal('e-salama-audit'),
  version: z.literal(1),
  publicKey: z.string(),
  head: headJson.nullable(),
});
const sealedSchema = z.strictObject({ seq: z.int().min(0), hash: z.base64(), entry: entrySchema });
const lineSchema = z.union([
  sealedSchema,
  z.strictObject({ head: headJson }),
  z.strictObject({ unsealed: entrySchema, queued: z.boolean() }),
  z.strictObject({ gone: z.uuid() }),
  z.strictObject({ end: z.strictObject({ entries: z.int(), unsealed: z.int() }) }),
]);
export type ExportLine = z.input<typeof headerSchema> | z.input<typeof lineSchema>;

export type Finding =
  /** A line that is none of the above; `line` counts from 1. */
  | { kind: 'malformed'; line: number }
  /** Entries left out, repeated or moved. */
  | { kind: 'order'; expected: number; found: number }
  /** This entry is not what was chained, or the chain was changed here. */
  | { kind: 'entry'; seq: number; id: string }
  | { kind: 'signature'; size: number }
  /** The entries since the last head that fitted are not those that were signed. */
  | { kind: 'head'; size: number; fittedUpTo: number }
  /** The file is signed with another key than the trusted one. */
  | { kind: 'key' }
  /** The entries are not those under the trusted head. */
  | { kind: 'published'; size: number }
  /** The trusted head, or the file's own newest one, covers more entries than there are. */
  | { kind: 'short'; size: number; entries: number }
  /** An entry that was never handed to the sealer: somebody took it off the queue. */
  | { kind: 'unqueued'; id: string }
  | { kind: 'gone'; id: string }
  /** The file stops before its end. */
  | { kind: 'truncated' };

export interface Verification {
  ok: boolean;
  /** Sealed entries. */
  entries: number;
  heads: number;
  /** Head under which all sealed entries stand. */
  head: SignedHead | null;
  /** Entries that no head covers yet, and the time of the oldest. */
  unsealed: number;
  oldestUnsealed: string | null;
  /** In order of the file; at most {@link MAX_FINDINGS}, the first ones. */
  findings: Finding[];
}

export const MAX_FINDINGS = 50;

/**
 * Verifies an export with nothing but itself and what is trusted: recomputes every leaf, the chain and the tree, checks
 * every signed head on the way, and compares with the head that was published elsewhere.
 *
 * @throws ZodError or SyntaxError when the first line is not the header of an export
 */
export async function verifyExport(lines: AsyncIterable<string>, trust: Trust = {}): Promise<Verification> {
  let verifier: Verifier | undefined;
  for await (const line of lines) {
    if (verifier) verifier.read(line);
    else verifier = new Verifier(headerSchema.parse(JSON.parse(line)), trust);
  }
  return (verifier ?? new Verifier(headerSchema.parse(undefined), trust)).finish();
}

class Verifier {
  readonly #header: z.output<typeof headerSchema>;
  readonly #trust: Trust;
  readonly #key: ReturnType<typeof readPublicKey>;
  readonly #frontier = Frontier.empty();
  readonly #findings: Finding[] = [];
  #chain: Buffer = CHAIN_START;
  #line = 1;
  #entries = 0;
  #next = 0;
  #heads = 0;
  #fittedUpTo = 0;
  #unsealed = 0;
  #oldestUnsealed: string | null = null;
  #ended = false;

  constructor(header: z.output<typeof headerSchema>, trust: Trust) {
    this.#header = header;
    this.#trust = trust;
    this.#key = readPublicKey(header.publicKey);
    if (trust.publicKey && !sameKey(trust.publicKey, header.publicKey)) this.#found({ kind: 'key' });
    this.#comparePublished();
  }

  read(text: string): void {
    this.#line += 1;
    const line = parseLine(text);
    if (!line || this.#ended) this.#found({ kind: 'malformed', line: this.#line });
    else if ('entry' in line) this.#readEntry(line);
    else if ('head' in line) {
      this.#heads += 1;
      this.#checkHead(line.head);
    } else if ('unsealed' in line) {
      const { id, at } = line.unsealed;
      this.#unsealed += 1;
      if (this.#oldestUnsealed === null || at < this.#oldestUnsealed) this.#oldestUnsealed = at;
      if (!line.queued) this.#found({ kind: 'unqueued', id });
    } else if ('gone' in line) this.#found({ kind: 'gone', id: line.gone });
    else {
      this.#ended = true;
      if (line.end.entries !== this.#entries || line.end.unsealed !== this.#unsealed)
        this.#found({ kind: 'truncated' });
    }
  }

  finish(): Verification {
    const { head } = this.#header;
    if (!this.#ended) this.#found({ kind: 'truncated' });
    if (head) this.#checkHead(head);
    for (const claimed of [head, this.#trust.head])
      if (claimed && claimed.size > this.#entries)
        this.#found({ kind: 'short', size: claimed.size, entries: this.#entries });
    if (!head && this.#entries > 0) this.#misfit(this.#entries);
    return {
      ok: this.#findings.length === 0,
      entries: this.#entries,
      heads: this.#heads,
      head,
      unsealed: this.#unsealed,
      oldestUnsealed: this.#oldestUnsealed,
      findings: this.#findings,
    };
  }

  #readEntry({ seq, hash, entry }: z.output<typeof sealedSchema>): void {
    const leaf = leafHash(entry);
    const recorded = Buffer.from(hash, 'base64');
    if (seq !== this.#next) this.#found({ kind: 'order', expected: this.#next, found: seq });
    else if (!chainHash(this.#chain, leaf).equals(recorded)) this.#found({ kind: 'entry', seq, id: entry.id });
    // Going on from what is recorded: so each changed entry is told, not everything after the first.
    this.#chain = recorded;
    this.#next = seq + 1;
    this.#entries += 1;
    this.#frontier.append(leaf);
    this.#comparePublished();
  }

  #checkHead(head: SignedHead): void {
    if (!verifyHead(head, this.#key)) this.#found({ kind: 'signature', size: head.size });
    else if (head.size === this.#next && this.#fits(head)) this.#fittedUpTo = head.size;
    else if (head.size <= this.#next) this.#misfit(head.size);
  }

  #misfit(size: number): void {
    // Once something was found out, no later head can fit: that is nothing new.
    if (this.#findings.some((it) => it.kind === 'entry' || it.kind === 'order' || it.kind === 'head')) return;
    this.#found({ kind: 'head', size, fittedUpTo: this.#fittedUpTo });
  }

  #comparePublished(): void {
    const { head } = this.#trust;
    if (!head || head.size !== this.#frontier.size) return;
    if (!verifyHead(head, this.#key)) this.#found({ kind: 'signature', size: head.size });
    if (!this.#fits(head)) this.#found({ kind: 'published', size: head.size });
  }

  #fits(head: SignedHead): boolean {
    return this.#frontier.root().equals(head.root) && this.#chain.equals(head.chain);
  }

  #found(finding: Finding): void {
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push(finding);
  }
}

function parseLine(text: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
