import { createHash, X509Certificate } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WARCParser } from 'warcio';
import yauzl from 'yauzl';
import { html, startWorld, type World } from '../../../../world/index.ts';
import { systemClock } from '../../../platform/clock.ts';
import { loadConfig } from '../../../platform/config.ts';
import { ephemeralKeyring } from '../../../platform/keys.ts';
import { createLogger } from '../../../platform/log.ts';
import { seededRandom } from '../../../platform/random.ts';
import { hasChromium, hasNamespaces } from '../here.fixture.ts';
import { type CaptureRole, createEvidence, type Evidence } from '../index.ts';
import type { Captured, CaptureResult } from './parts.ts';

const PHOTOS = 'https://photos.sample-host.example';
/** A red square, drawn by nobody. */
const RED =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIyMDAiIGhlaWdodD0iMjAwIj48cmVjdCB3aWR0aD0iMjAwIiBoZWlnaHQ9IjIwMCIgZmlsbD0iI2YwMCIvPjwvc3ZnPg==';
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');

function captured(result: CaptureResult): Captured {
  if ('unavailable' in result) throw new Error(result.unavailable);
  return result;
}
const part = (c: Captured, path: string): Buffer => {
  const found = c.parts.find((p) => p.path === path);
  if (!found) throw new Error(`no ${path}`);
  return found.data;
};

async function unzip(data: Buffer): Promise<Map<string, Buffer>> {
  const file = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.fromBuffer(data, { lazyEntries: true }, (error, zip) => (error ? reject(error) : resolve(zip))),
  );
  const out = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    file.on('entry', (entry: yauzl.Entry) =>
      file.openReadStream(entry, async (error, stream) => {
        if (error) return reject(error);
        out.set(entry.fileName, await buffer(stream));
        file.readEntry();
      }),
    );
    file.on('end', () => resolve());
    file.readEntry();
  });
  return out;
}

interface Rec {
  type: string;
  url: string;
  truncated: string | null;
  content: Buffer;
}
async function records(warc: Buffer): Promise<Rec[]> {
  const parser = new WARCParser(new Blob([new Uint8Array(warc)]).stream() as never, { parseHttp: false });
  const out: Rec[] = [];
  for await (const r of parser)
    out.push({
      type: r.warcType ?? '',
      url: r.warcTargetURI ?? '',
      truncated: r.warcHeader('WARC-Truncated') ?? null,
      content: Buffer.from(await r.readFully(false)),
    });
  return out;
}

/** How many pixels are plainly red: of a PNG of 8 bits with three or four channels (ISO/IEC 15948 §9). */
function redPixels(png: Buffer): number {
  const width = png.readUInt32BE(16);
  const channels = png[25] === 6 ? 4 : 3;
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  let before = Buffer.alloc(stride);
  let count = 0;
  for (let at = 0; at < raw.length; at += stride + 1) {
    const filter = raw[at] as number;
    const line = Buffer.from(raw.subarray(at + 1, at + 1 + stride));
    for (let i = 0; i < stride; i++) {
      const a = i >= channels ? (line[i - channels] as number) : 0;
      const b = before[i] as number;
      const c = i >= channels ? (before[i - channels] as number) : 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      line[i] = ((line[i] as number) + ([0, a, b, (a + b) >> 1, paeth][filter] as number)) & 255;
    }
    for (let i = 0; i < stride; i += channels) {
      const [red, green, blue] = [line[i], line[i + 1], line[i + 2]] as [number, number, number];
      if (red - green > 60 && red - blue > 60) count++;
    }
    before = line;
  }
  return count;
}

describe.skipIf(!hasChromium)('a capture', { timeout: 180_000 }, () => {
  let world: World;
  let evidence: Evidence;
  let role: CaptureRole;

  beforeAll(async () => {
    world = await startWorld({ abuseDeskDelayMs: 60_000 });
    const config = loadConfig({
      SALAMA_DEV: '1',
      SALAMA_ALLOW_PRIVATE: '1',
      SALAMA_STATE: '/nonexistent',
      SALAMA_EGRESS: JSON.stringify(world.egress),
    });
    const log = createLogger(process.env.TEST_LOG ?? 'silent', 'capture');
    const tools = { config, keys: ephemeralKeyring(), log, clock: systemClock, random: seededRandom(5) };
    evidence = createEvidence(tools, { capturePort: 0, unsafeNoSandbox: !hasNamespaces, deadlineMs: 90_000 });
    role = await evidence.startCaptureServer();
    world.sites.add(`${PHOTOS}/red`, {
      lang: 'en',
      title: 'Red',
      body: html`<h1 style="color:#000">Words stay</h1><img src="${RED}" width="200" height="200">
<img src="/p/7/red.png" width="100" height="100"><div style="background:url('${RED}');height:200px"></div>
<canvas id="c" width="200" height="200"></canvas><svg width="200" height="200"><rect width="200" height="200" fill="red"/></svg>
<script>const g=document.getElementById('c').getContext('2d');g.fillStyle='#f00';g.fillRect(0,0,200,200)</script>`,
    });
  }, 180_000);
  afterAll(async () => {
    await role?.stop();
    await world?.stop();
  });

  it('keeps the traffic as it was, with name answers and certificates', async () => {
    const before = world.requests.length;
    const result = captured(await evidence.camera.capture({ url: `${PHOTOS}/p/7`, mask: false, deposit: false }));
    expect(world.requests.length).toBeGreaterThan(before);
    const wacz = await unzip(part(result, 'capture.wacz'));
    expect([...wacz.keys()].sort()).toEqual([
      'archive/data.warc.gz',
      'datapackage-digest.json',
      'datapackage.json',
      'indexes/index.cdxj',
      'pages/pages.jsonl',
    ]);
    // As the WACZ specification says: each resource by its hash, and the list of them by its own.
    const list = wacz.get('datapackage.json') as Buffer;
    expect(JSON.parse(String(wacz.get('datapackage-digest.json')))).toEqual({
      path: 'datapackage.json',
      hash: `sha256:${sha256(list)}`,
    });
    const resources = JSON.parse(String(list)).resources as { path: string; hash: string; bytes: number }[];
    for (const { path, hash, bytes } of resources) {
      expect(hash).toBe(`sha256:${sha256(wacz.get(path) as Buffer)}`);
      expect(bytes).toBe(wacz.get(path)?.length);
    }
    const warc = wacz.get('archive/data.warc.gz') as Buffer;
    const all = await records(warc);
    expect(all[0]?.type).toBe('warcinfo');
    const page = all.filter((r) => r.url === `${PHOTOS}/p/7`);
    expect(page.map((r) => r.type)).toEqual(['response', 'request', 'metadata']);
    expect(page[0]?.content.toString('latin1')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(page[1]?.content.toString('latin1')).toMatch(
      /^GET \/p\/7 HTTP\/1\.1\r\n[\s\S]*Host: photos\.sample-host\.example\r\n/,
    );
    const around = JSON.parse(String(page[2]?.content));
    expect(around.dns).toMatchObject({ host: 'photos.sample-host.example', server: world.dnsServer });
    expect(around.dns.answer).toContain(around.address);
    const own = new X509Certificate(Buffer.from(around.tls.chain[0], 'base64'));
    expect(own.checkHost('photos.sample-host.example')).toBeTruthy();
    expect(part(result, 'certificates.pem').toString()).toContain('BEGIN CERTIFICATE');
    // The index leads to the record.
    const line = String(wacz.get('indexes/index.cdxj'))
      .split('\n')
      .find((l) => l.includes(`"${PHOTOS}/p/7"`));
    const { offset, length } = JSON.parse(String(line?.slice(line.indexOf('{'))));
    const at = warc.subarray(Number(offset), Number(offset) + Number(length));
    expect(gunzipSync(at).toString('latin1')).toContain(`WARC-Target-URI: ${PHOTOS}/p/7\r\n`);
    // Pictures are there, whole.
    expect(all.some((r) => r.type === 'response' && r.content.includes(Buffer.from('89504e470d0a1a0a', 'hex')))).toBe(
      true,
    );
    expect(part(result, 'page.txt').toString().length).toBeGreaterThan(20);
    const about = JSON.parse(part(result, 'capture.json').toString());
    expect(about).toMatchObject({ url: `${PHOTOS}/p/7`, finalUrl: `${PHOTOS}/p/7`, picturesWithheld: false });
    if (hasNamespaces) expect(about.sandbox[0]).toMatchObject({ seccomp: 2, noNewPrivs: 1 });
    expect(JSON.stringify(JSON.parse(part(result, 'headers.json').toString()))).not.toMatch(/googleapis|google\.com/);
  });

  it('keeps nothing pictorial where that is the rule: hashes, sizes, and grey', async () => {
    const clear = captured(await evidence.camera.capture({ url: `${PHOTOS}/red`, mask: false, deposit: false }));
    expect(redPixels(part(clear, 'page.png'))).toBeGreaterThan(50_000);
    const result = captured(await evidence.camera.capture({ url: `${PHOTOS}/red`, mask: true, deposit: true }));
    expect(redPixels(part(result, 'page.png'))).toBe(0);
    expect(part(result, 'page.txt').toString()).toContain('Words stay');
    const wacz = await unzip(part(result, 'capture.wacz'));
    const all = await records(wacz.get('archive/data.warc.gz') as Buffer);
    const page = all.find((r) => r.type === 'response' && r.url === `${PHOTOS}/red`);
    expect(page?.truncated).toBe('unspecified');
    const everything = Buffer.concat([...result.parts.map((p) => p.data), ...all.map((r) => r.content)]);
    expect(everything.includes(RED.slice(40))).toBe(false);
    const inside = Buffer.from(RED.slice(RED.indexOf(',') + 1), 'base64');
    expect(JSON.parse(part(result, 'headers.json').toString())[0].withheld).toContainEqual(
      expect.objectContaining({ sha256: sha256(inside), bytes: inside.length, embedded: true }),
    );
    expect(result.deposit.map((d) => d.path)).toContain(sha256(inside));
    for (const { path, data } of result.deposit) expect(path).toBe(sha256(data));
    const png = captured(await evidence.camera.capture({ url: `${PHOTOS}/p/7`, mask: true, deposit: false }));
    expect(png.deposit).toEqual([]);
    const files = await records((await unzip(part(png, 'capture.wacz'))).get('archive/data.warc.gz') as Buffer);
    expect(files.some((r) => r.content.includes(Buffer.from('89504e470d0a1a0a', 'hex')))).toBe(false);
    const withheld = JSON.parse(part(png, 'headers.json').toString()).flatMap(
      (h: { withheld?: unknown[] }) => h.withheld ?? [],
    );
    expect(withheld).toContainEqual(expect.objectContaining({ type: 'image/png', width: expect.any(Number) }));
  });

  it('says why there is none', async () => {
    const of = (url: string) => evidence.camera.capture({ url, mask: true, deposit: false });
    expect(await of('file:///etc/passwd')).toEqual({ unavailable: 'bad-url' });
    expect(await of('http://inside.sample-host.example/')).toEqual({ unavailable: 'refused' });
    expect(await of('http://no-such-name.example/')).toEqual({ unavailable: 'dns' });
  });
});
