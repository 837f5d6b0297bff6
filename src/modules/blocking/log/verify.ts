import { z } from 'zod';
import { entrySchema, leafHash } from '../../audit/index.ts';
import { commitmentOf, LINE_ACTION } from './public-log.ts';

/** A line as `/blocked/log.ndjson` gives it. */
const lineSchema = entrySchema.extend({ hash: z.string().regex(/^[0-9a-f]{64}$/) });
const detailSchema = z.strictObject({
  line: z.int().min(1),
  decision: z.string(),
  basis: z.string(),
  why: z.string().nullable(),
  previous: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What the owner of an address, or a court, was given: with it, its lines can be told from all others. */
export const openingSchema = z.object({
  kind: z.string(),
  target: z.string(),
  nonce: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((hex) => Buffer.from(hex, 'hex')),
});
export type Opening = z.output<typeof openingSchema>;

export interface CheckedLine {
  id: string;
  line: number;
  at: string;
  decision: string;
  basis: string;
  why: string | null;
  commitment: string | null;
  hash: string;
}

export type LineProblem =
  | { kind: 'malformed'; row: number }
  | { kind: 'order'; row: number; line: number }
  | { kind: 'changed'; line: number }
  | { kind: 'chain'; line: number };

/**
 * Checks the lines of the public log with nothing but themselves: numbered without gaps from 1, each the one whose hash
 * it carries, each with the hash of the one before. Stops at the first thing that is wrong.
 */
export async function checkLines(
  rows: AsyncIterable<string> | Iterable<string>,
): Promise<{ lines: CheckedLine[]; problem: LineProblem | undefined }> {
  const lines: CheckedLine[] = [];
  let previous = '0'.repeat(64);
  let row = 0;
  for await (const text of rows) {
    if (text.trim() === '') continue;
    row++;
    const read = parse(text);
    if (!read) return { lines, problem: { kind: 'malformed', row } };
    const { hash, ...entry } = read.line;
    const { line, decision, basis, why } = read.detail;
    if (line !== lines.length + 1) return { lines, problem: { kind: 'order', row, line } };
    if (leafHash(entry).toString('hex') !== hash) return { lines, problem: { kind: 'changed', line } };
    if (read.detail.previous !== previous) return { lines, problem: { kind: 'chain', line } };
    lines.push({ id: entry.id, line, at: entry.at, decision, basis, why, commitment: entry.commitment, hash });
    previous = hash;
  }
  return { lines, problem: undefined };
}

function parse(text: string) {
  try {
    const line = lineSchema.parse(JSON.parse(text));
    const detail = detailSchema.parse(line.detail);
    return line.action === LINE_ACTION && line.subject === `blocking.line:${detail.line}`
      ? { line, detail }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The lines that are about what the opening opens. */
export function linesAbout(lines: readonly CheckedLine[], opening: Opening): CheckedLine[] {
  const commitment = commitmentOf(opening.nonce, opening.kind, opening.target).toString('hex');
  return lines.filter((l) => l.commitment === commitment);
}
