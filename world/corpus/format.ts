import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The two ways out that a case is looked at from. */
export const CORPUS_VANTAGES = ['rabat', 'paris'] as const;
export type CorpusVantage = (typeof CORPUS_VANTAGES)[number];

const dnsSchema = z.enum(['ok', 'NXDOMAIN', 'SERVFAIL', 'NODATA', 'TIMEOUT']);

const answerSchema = z.strictObject({
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** A file of the folder, or the text itself. */
  file: z.string().optional(),
  body: z.string().optional(),
  /** `{{path}}` and `{{host}}` in the body stand for what was asked. */
  echo: z.boolean().optional(),
  /** Location of a redirect; 302 unless a status is given. */
  redirect: z.string().optional(),
  fault: z.enum(['reset', 'hang', 'refused']).optional(),
});

const sceneFields = {
  ...answerSchema.shape,
  /** Further addresses: a path of the asked host, or a whole address. */
  at: z.record(z.string(), answerSchema).optional(),
  /** Every other path: an answer of its own, or `same` as the asked one. Otherwise a bare 404. */
  others: z.union([z.literal('same'), answerSchema]).optional(),
  dns: dnsSchema.optional(),
  nameservers: z.array(z.string()).optional(),
  tls: z.enum(['ok', 'expired', 'wrong-name', 'self-signed']).optional(),
  /** Autonomous system of the address that the asked host has. */
  network: z.int().positive().optional(),
};
const viewSchema = z.strictObject(sceneFields);
const sceneSchema = z.strictObject({
  ...sceneFields,
  /** What is otherwise from one vantage. */
  from: z.partialRecord(z.enum(CORPUS_VANTAGES), viewSchema).optional(),
});

const caseSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  expect: z.union([z.string(), z.record(z.enum(CORPUS_VANTAGES), z.string())]),
  lang: z.string(),
  why: z.string().min(1),
  before: z.union([sceneSchema, z.null()]).optional(),
  now: sceneSchema.optional(),
});

type Answer = z.infer<typeof answerSchema>;
export type View = z.infer<typeof viewSchema>;
export type Scene = z.infer<typeof sceneSchema>;

/** What a web server gives, with its body at hand. */
export interface ServedAnswer extends Omit<Answer, 'file' | 'body'> {
  content?: Buffer;
  type?: string;
}

export interface CorpusCase {
  name: string;
  url: string;
  /** State that each vantage should find. */
  expect: Readonly<Record<CorpusVantage, string>>;
  lang: string;
  why: string;
  /** What the first look met; undefined when nobody looked while it was up. */
  before: Scene | undefined;
  now: Scene;
  /** Body of an answer of this case. */
  served(answer: Answer): ServedAnswer;
}

/** A folder that is no case, in a sentence that says what to do about it. */
export interface CorpusFault {
  name: string;
  message: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4',
};
const BODY_FILES = Object.keys(TYPES).map((ext) => ext.slice(1));

class BadCase extends Error {}

function sceneOf(dir: string, phase: 'before' | 'now', given: Scene | undefined): Scene | undefined {
  const file = BODY_FILES.map((ext) => `${phase}.${ext}`).find((name) => existsSync(path.join(dir, name)));
  if (!given) return file ? { file } : undefined;
  const answers = given.file || given.body !== undefined || given.redirect || given.fault || given.dns;
  return file && !answers ? { ...given, file } : given;
}

function readJson(dir: string): unknown {
  const file = path.join(dir, 'case.json');
  if (!existsSync(file)) throw new BadCase('has no case.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadCase(`case.json is not JSON: ${(error as Error).message}`);
  }
}

/** Every file that a scene names is there, inside the folder. */
function checkFiles(dir: string, scene: Scene | undefined): void {
  if (!scene) return;
  for (const view of [scene, ...Object.values(scene.from ?? {})])
    for (const answer of [view, ...Object.values(view.at ?? {}), view.others]) {
      if (!answer || answer === 'same' || !answer.file) continue;
      const file = path.resolve(dir, answer.file);
      if (!file.startsWith(`${path.resolve(dir)}${path.sep}`) || !existsSync(file))
        throw new BadCase(`names the body file ${answer.file}, which is not in the folder`);
    }
}

/**
 * Reads one folder.
 * @param states the states that may be expected
 * @throws with a sentence when the folder is no case
 */
function readCase(dir: string, name: string, states: readonly string[]): CorpusCase {
  const parsed = caseSchema.safeParse(readJson(dir));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadCase(`case.json: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
  const { url, lang, why } = parsed.data;
  const { expect } = parsed.data;
  const expected = typeof expect === 'string' ? { rabat: expect, paris: expect } : expect;
  for (const state of Object.values(expected))
    if (!states.includes(state)) throw new BadCase(`expects "${state}"; a state is one of ${states.join(', ')}`);
  const before = parsed.data.before === null ? undefined : sceneOf(dir, 'before', parsed.data.before);
  const now = sceneOf(dir, 'now', parsed.data.now);
  if (!now) throw new BadCase('says nothing of what is served now: add "now" to case.json, or a file now.html');
  checkFiles(dir, before);
  checkFiles(dir, now);
  const bodies = new Map<string, Buffer>();
  return {
    name,
    url: new URL(url).href,
    expect: expected,
    lang,
    why,
    before,
    now,
    served({ file, body, ...rest }) {
      if (file === undefined) return { ...rest, ...(body === undefined ? {} : { content: Buffer.from(body) }) };
      const content = bodies.get(file) ?? readFileSync(path.join(dir, file));
      bodies.set(file, content);
      return { ...rest, content, type: TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream' };
    },
  };
}

/** Reads a corpus: one folder, one case. What is no case is named, never passed over in silence. */
export function readCorpus(dir: string, states: readonly string[]): { cases: CorpusCase[]; faults: CorpusFault[] } {
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    return { cases: [], faults: [{ name: dir, message: 'is no folder' }] };
  const cases: CorpusCase[] = [];
  const faults: CorpusFault[] = [];
  for (const entry of readdirSync(dir, { withFileTypes: true }).toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    try {
      cases.push(readCase(path.join(dir, entry.name), entry.name, states));
    } catch (error) {
      if (!(error instanceof BadCase)) throw error;
      faults.push({ name: entry.name, message: error.message });
    }
  }
  if (cases.length === 0 && faults.length === 0)
    faults.push({ name: dir, message: 'holds no case: each case is a folder with a case.json' });
  return { cases, faults };
}
