import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHAIN_START, chainHash, type EntryJson, entryJson, leafHash } from './log/entry.ts';
import { checkpoint, headJson, headStatement, noteKeyId, type SignedHead, signHead, toHeadJson } from './log/head.ts';
import { Frontier, sha256 } from './log/merkle.ts';
import { type ExportLine, type Finding, MAX_FINDINGS, verifyExport } from './verify.ts';

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { sign: (data: Buffer) => sign(null, data, privateKey), pem };
}

const ours = keyPair();
const id = (n: number) => `01935c00-0000-7000-8000-${String(n).padStart(12, '0')}`;

function entry(n: number): EntryJson {
  return entryJson({
    id: id(n),
    at: new Date(Date.UTC(2026, 10, 24, 9, 0, n)),
    actor: 'system',
    action: 'test.thing.made',
    subject: `test.thing:${n}`,
    detail: { n },
  });
}

/** An honest export of `n` entries, with a head at each of `heads` and one at the end. */
function honest(n: number, heads: readonly number[] = [], key = ours): { lines: ExportLine[]; head: SignedHead } {
  const frontier = Frontier.empty();
  let chain: Buffer = CHAIN_START;
  const body: ExportLine[] = [];
  const headNow = () =>
    signHead(
      {
        origin: 'log.example/audit',
        size: frontier.size,
        root: frontier.root(),
        chain,
        at: new Date('2026-11-24T10:00:00Z'),
      },
      key.sign,
    );
  for (let seq = 0; seq < n; seq += 1) {
    const leaf = leafHash(entry(seq));
    chain = chainHash(chain, leaf);
    frontier.append(leaf);
    body.push({ seq, hash: chain.toString('base64'), entry: entry(seq) });
    if (heads.includes(seq + 1) || seq + 1 === n) body.push({ head: toHeadJson(headNow()) });
  }
  const head = headNow();
  const header: ExportLine = { format: 'e-salama-audit', version: 1, publicKey: key.pem, head: toHeadJson(head) };
  return { lines: [header, ...body, { end: { entries: n, unsealed: 0 } }], head };
}

async function* texts(lines: readonly (ExportLine | string)[]) {
  for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
}
const verify = (lines: readonly (ExportLine | string)[], trust = {}) => verifyExport(texts(lines), trust);
const findings = async (lines: readonly (ExportLine | string)[], trust = {}): Promise<Finding[]> =>
  (await verify(lines, trust)).findings;

/** The line of entry `seq`, changed. */
function change(
  lines: readonly ExportLine[],
  seq: number,
  with_: (line: { seq: number; hash: string; entry: EntryJson }) => object,
) {
  return lines.map((line) => ('seq' in line && line.seq === seq ? (with_(line as never) as ExportLine) : line));
}

describe('verifyExport', () => {
  it('accepts an honest log, alone and with everything that can be trusted', async () => {
    const { lines, head } = honest(300, [1, 17, 256, 257]);
    expect(await verify(lines)).toMatchObject({ ok: true, entries: 300, heads: 5, unsealed: 0, oldestUnsealed: null });
    const earlier = honest(17).head;
    for (const trusted of [head, earlier, honest(0).head])
      expect(await verify(lines, { head: trusted, publicKey: ours.pem })).toMatchObject({ ok: true, findings: [] });
  });

  it('accepts an empty log', async () => {
    expect(await verify(honest(0).lines)).toMatchObject({ ok: true, entries: 0 });
  });

  it.each([
    ['actor', { actor: 'account:other' }],
    ['time', { at: '2026-11-24T09:00:07.001Z' }],
    ['detail', { detail: { n: 8 } }],
    ['commitment', { commitment: 'ab'.repeat(32) }],
  ])('finds exactly the entry whose %s was changed', async (_, over) => {
    const lines = change(honest(40, [5, 20]).lines, 7, (line) => ({ ...line, entry: { ...line.entry, ...over } }));
    expect(await findings(lines)).toEqual([{ kind: 'entry', seq: 7, id: id(7) }]);
  });

  it('finds each of several changed entries', async () => {
    let { lines } = honest(40);
    for (const seq of [0, 7, 39])
      lines = change(lines, seq, (line) => ({ ...line, entry: { ...line.entry, actor: 'x' } }));
    expect((await findings(lines)).map((it) => 'seq' in it && it.seq)).toEqual([0, 7, 39]);
  });

  it('finds between which heads it was when the whole chain was computed anew', async () => {
    const { lines } = honest(40, [5, 20]);
    let chain: Buffer = CHAIN_START;
    const forged = lines.map((line) => {
      if (!('seq' in line)) return line;
      const changed = line.seq === 7 ? { ...line.entry, actor: 'account:other' } : line.entry;
      chain = chainHash(chain, leafHash(changed as EntryJson));
      return { ...line, hash: chain.toString('base64'), entry: changed };
    });
    expect(await findings(forged)).toEqual([{ kind: 'head', size: 20, fittedUpTo: 5 }]);
  });

  it('finds a gap, entries that changed places, and one told twice', async () => {
    const { lines } = honest(10);
    const without = lines.filter((line) => !('seq' in line && line.seq === 4));
    expect(await findings(without)).toContainEqual({ kind: 'order', expected: 4, found: 5 });
    const [a, b] = [lines[3], lines[4]] as [ExportLine, ExportLine];
    expect(await findings(lines.with(3, b).with(4, a))).toContainEqual({ kind: 'order', expected: 2, found: 3 });
    expect(await findings(lines.toSpliced(4, 0, a))).toContainEqual({ kind: 'order', expected: 3, found: 2 });
  });

  it('finds a log that was cut, by the head that was kept', async () => {
    const cut = honest(10).lines;
    const { head } = honest(12);
    expect(await findings(cut)).toEqual([]);
    expect(await findings(cut, { head })).toEqual([{ kind: 'short', size: 12, entries: 10 }]);
  });

  it('finds a past that was written anew and signed with the right key, by the head that was kept', async () => {
    const kept = honest(10).head;
    const other = { ...kept, root: sha256('another past') };
    const signed = signHead(other, ours.sign);
    expect(await findings(honest(12).lines, { head: signed })).toEqual([{ kind: 'published', size: 10 }]);
  });

  it('finds another key', async () => {
    const theirs = keyPair();
    const { lines } = honest(3, [], theirs);
    expect(await findings(lines)).toEqual([]);
    expect(await findings(lines, { publicKey: ours.pem })).toEqual([{ kind: 'key' }]);
    expect(await findings(lines, { head: honest(3).head })).toContainEqual({ kind: 'signature', size: 3 });
    const mixed = lines.with(0, honest(3).lines[0] as ExportLine);
    expect(await findings(mixed)).toContainEqual({ kind: 'signature', size: 3 });
  });

  it('finds sealed entries that the newest head does not cover', async () => {
    const [longer, shorter] = [honest(5, [4]).lines, honest(4).lines];
    expect(await findings(longer.with(0, shorter[0] as ExportLine))).toEqual([
      { kind: 'head', size: 4, fittedUpTo: 5 },
    ]);
    const headless = { ...(longer[0] as object), head: null } as ExportLine;
    expect(await findings(longer.with(0, headless).filter((it) => !('head' in it && !('format' in it))))).toEqual([
      { kind: 'head', size: 5, fittedUpTo: 0 },
    ]);
  });

  it('counts the unsealed tail, and finds what was taken off the queue', async () => {
    const { lines } = honest(2);
    const tail: ExportLine[] = [
      { unsealed: entry(9), queued: true },
      { unsealed: entry(8), queued: true },
    ];
    const end: ExportLine = { end: { entries: 2, unsealed: 2 } };
    const whole = [...lines.slice(0, -1), ...tail, end];
    expect(await verify(whole)).toMatchObject({ ok: true, unsealed: 2, oldestUnsealed: entry(8).at });
    const taken = whole.map((it) => ('unsealed' in it && it.unsealed.id === id(9) ? { ...it, queued: false } : it));
    expect(await findings(taken)).toEqual([{ kind: 'unqueued', id: id(9) }]);
    expect(await findings([...lines.slice(0, -1), { gone: id(9) }, lines.at(-1) as ExportLine])).toEqual([
      { kind: 'gone', id: id(9) },
    ]);
  });

  it('finds a file that stops early, lines of nonsense, and lines after the end', async () => {
    const { lines } = honest(3);
    expect(await findings(lines.slice(0, -1))).toEqual([{ kind: 'truncated' }]);
    expect(await findings(lines.toSpliced(-1, 1, { end: { entries: 4, unsealed: 0 } }))).toEqual([
      { kind: 'truncated' },
    ]);
    expect(await findings([...lines.slice(0, 2), '{"seq":1', ...lines.slice(2)])).toEqual([
      { kind: 'malformed', line: 3 },
    ]);
    expect(await findings([...lines, lines[1] as ExportLine])).toEqual([{ kind: 'malformed', line: 7 }]);
    const extra = change(lines, 1, (line) => ({ ...line, note: 'believe me' }));
    expect(await findings(extra)).toContainEqual({ kind: 'malformed', line: 3 });
  });

  it('keeps the list of findings short, however many there are', async () => {
    const many = Array.from({ length: 200 }, () => 'nonsense');
    const result = await verify([...honest(1).lines.slice(0, -1), ...many]);
    expect(result.findings).toHaveLength(MAX_FINDINGS);
    expect(result.ok).toBe(false);
  });

  it.each([[[]], [['not json']], [[{ format: 'something else' }]]])('refuses what is no export: %j', async (lines) => {
    await expect(verify(lines as string[])).rejects.toThrow();
  });
});

describe('head', () => {
  it('signs the documented text', () => {
    const { head } = honest(3);
    expect(headStatement(head)).toBe(
      `log.example/audit\n3\n${head.root.toString('base64')}\nchain ${head.chain.toString('base64')}\nat 2026-11-24T10:00:00.000Z\n`,
    );
    expect(headJson.parse(toHeadJson(head))).toEqual(head);
  });

  it('can be read as a signed note', () => {
    const { head } = honest(3);
    const [text, signatures] = checkpoint(head, ours.pem).split('\n\n') as [string, string];
    expect(`${text}\n`).toBe(headStatement(head));
    const [, name, value] = /^— (\S+) (\S+)\n$/.exec(signatures) ?? [];
    expect(name).toBe('log.example/audit');
    const bytes = Buffer.from(value ?? '', 'base64');
    expect(bytes.subarray(4)).toEqual(head.signature);
    expect(bytes.subarray(0, 4)).toEqual(noteKeyId('log.example/audit', ours.pem));
  });

  it('names its key as every reader of signed notes does', () => {
    // The public verifier key of Go's checksum database: sum.golang.org+033de0ae+Ac4zctda…
    const key = Buffer.from('Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8', 'base64').subarray(1);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]).toString('base64');
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;
    expect(noteKeyId('sum.golang.org', pem).toString('hex')).toBe('033de0ae');
  });
});
