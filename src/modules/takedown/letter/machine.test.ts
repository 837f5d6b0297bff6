import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specFile } from '../../../../tests/support/spec.ts';
import type { EgressResult } from '../../../platform/egress/index.ts';
import { crosswalk } from '../../casework/index.ts';
import { CATEGORY_IDS, type CategoryId } from '../../country/index.ts';
import { apiAnswer } from './api-channel.ts';
import { COLUMNS, cell, letterCsv } from './csv.ts';
import type { LetterLine } from './lines.ts';
import { type Xarf, xarfForApi, xarfOf } from './xarf.ts';

const party = { org: 'e-Salama', contact: 'notices@e-salama.example', domain: 'e-salama.example' };
const line = (category: CategoryId, over: Partial<LetterLine> = {}): LetterLine => ({
  reference: '0199a2b4-0000-7000-8000-000000000001',
  url: 'https://photos.sample-host.example/p/7?x=1',
  host: 'photos.sample-host.example',
  ip: '192.0.2.7',
  network: 64_500,
  hostedIn: 'MA',
  firstSeen: new Date('2026-11-24T09:00:00Z'),
  lastSeen: new Date('2026-11-24T10:30:15.250Z'),
  category,
  categoryName: category,
  articles: ['Penal code 503-1', 'Penal code 503-2'],
  deadline: new Date('2026-11-25T10:00:00Z'),
  link: 'https://e-salama.example/notice/0199a2b4.mac',
  purpose: 'removal',
  xarf: crosswalk(
    {
      category,
      outcome: 'illegal',
      answers: category === 'csam' ? { classification: 'posing', stage: 'pubescent', content: 'real' } : {},
    },
    [],
  ).xarf,
  ...over,
});

describe('the table of a letter', () => {
  it('has the columns, times in UTC, and a mark by which spreadsheets know UTF-8', () => {
    const csv = letterCsv([line('csam'), line('harassment', { url: undefined, ip: undefined, deadline: undefined })]);
    expect(csv.startsWith('\uFEFFreference,url,ip,network,first_seen,last_seen,category,')).toBe(true);
    const rows = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(2);
    expect(Object.keys(rows[0] ?? {})).toEqual([...COLUMNS]);
    expect(rows[0]).toEqual({
      reference: '0199a2b4-0000-7000-8000-000000000001',
      url: 'https://photos.sample-host.example/p/7?x=1',
      ip: '192.0.2.7',
      network: 'AS64500',
      first_seen: '2026-11-24T09:00:00Z',
      last_seen: '2026-11-24T10:30:15Z',
      category: 'csam',
      legal_articles: 'Penal code 503-1; Penal code 503-2',
      deadline: '2026-11-25T10:00:00Z',
      answer_link: 'https://e-salama.example/notice/0199a2b4.mac',
    });
    expect(rows[1]).toMatchObject({ url: '', ip: '', deadline: '' });
  });

  it('is read back as it was written, and never as a formula', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('=1+1', '@x', '\t=1', '＝1'));
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 5 }), (articles) => {
        const [row] = parse(letterCsv([line('csam', { articles })]), { bom: true, columns: true }) as Record<
          string,
          string
        >[];
        const said = row?.legal_articles ?? '';
        expect(said === articles.join('; ') || said === `'${articles.join('; ')}`).toBe(true);
        expect(said).not.toMatch(/^\s*[=+\-@＝＋－＠]/);
      }),
      { seed: 42 },
    );
    expect(cell('=cmd|x')).toBe("'=cmd|x");
    expect(cell('https://x.example/?a=1')).toBe('https://x.example/?a=1');
  });
});

describe('what a letter says to machines', () => {
  const schemas = [
    'schemas_v4_xarf-core.json',
    'schemas_v4_types_content-base.json',
    'schemas_v4_types_content-csam.json',
    'schemas_v4_types_content-csem.json',
  ].map((name) => specFile(`xarf/${name}`));
  const there = schemas.every(Boolean);
  // Their keyword `x-recommended` is none of JSON Schema's.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  if (there) for (const file of schemas) ajv.addSchema(JSON.parse(readFileSync(file ?? '', 'utf8')));
  const faults = (report: Xarf, schema: string) => {
    const validate = ajv.getSchema(`https://xarf.org/schemas/v4/${schema}.json`);
    return validate?.(report) ? [] : (validate?.errors ?? ['no schema']);
  };
  const schemaOf = (report: Xarf) =>
    report.type === 'csam' || report.type === 'csem' ? `types/content-${report.type}` : 'types/content-base';

  it.skipIf(!there)('is valid XARF v4 for every category that has a word there', () => {
    const said = new Map<CategoryId, string>();
    for (const category of CATEGORY_IDS)
      for (const over of [
        {},
        { ip: undefined, network: undefined, hostedIn: undefined },
        { url: 'https://xn--mgbh0fb.example/%D9%82?q=a%20b', host: 'xn--mgbh0fb.example' },
        { ip: '2001:db8::7', hostedIn: 'xx' },
      ]) {
        const report = xarfOf(line(category, over), party);
        if (!report) continue;
        said.set(category, report.type);
        expect(faults(report, schemaOf(report))).toEqual([]);
      }
    expect(Object.fromEntries(said)).toMatchObject({
      csam: 'csam',
      sextortion: 'csem',
      grooming: 'csem',
      trafficking: 'csem',
      'fraud-impersonation': 'fraud',
      privacy: 'exposed_data',
    });
  });

  it.skipIf(!there)('is valid for an interface too, where everything has to be said', () => {
    for (const category of CATEGORY_IDS)
      for (const over of [{}, { url: undefined }, { purpose: 'terms', deadline: undefined } as const]) {
        const report = xarfForApi(line(category, over), party);
        expect(faults(report, schemaOf(report))).toEqual([]);
      }
    expect(xarfForApi(line('harassment'), party)).toMatchObject({
      type: 'other',
      tags: ['category:harassment', 'purpose:removal'],
    });
  });

  it('has no file for what has no word or no address, and none for a hint at the site’s own terms', () => {
    expect(xarfOf(line('hate-extremism', { xarf: { none: 'no-word' } }), party)).toBeUndefined();
    expect(xarfOf(line('csam', { url: undefined }), party)).toBeUndefined();
    expect(xarfOf(line('csam', { purpose: 'terms' }), party)).toBeUndefined();
  });

  it('never says how old the victim seems, and sends nothing that is marked internal', () => {
    for (const category of CATEGORY_IDS) {
      const text = JSON.stringify(xarfForApi(line(category), party));
      expect(text).not.toMatch(/victim_age_range|perpetrator|_internal|pubescent|evidence/);
    }
  });
});

describe('the answers of an interface', () => {
  const response = (status: number) =>
    ({ kind: 'response', status, headers: {}, body: Buffer.alloc(0) }) as unknown as EgressResult;
  it.each([
    [200, true, false],
    [202, true, false],
    [302, false, true],
    [400, false, true],
    [401, false, false],
    [404, false, true],
    [409, false, false],
    [422, false, true],
    [429, false, false],
    [500, false, false],
    [503, false, false],
  ])('%i: taken %s, for good %s', (status, ok, forGood) => {
    const answer = apiAnswer(response(status));
    expect(answer.ok).toBe(ok);
    if (!answer.ok) expect(answer.forGood).toBe(forGood);
  });

  it('lets pass what may pass', () => {
    const hops = { hops: [], ms: 1 };
    expect(apiAnswer({ kind: 'network', code: 'ECONNRESET', ...hops })).toMatchObject({ forGood: false });
    expect(apiAnswer({ kind: 'dns', code: 'SERVFAIL', host: 'x', ...hops } as EgressResult)).toMatchObject({
      forGood: false,
    });
    expect(apiAnswer({ kind: 'refused', reason: 'private-address', hop: 'x', ...hops })).toMatchObject({
      forGood: true,
    });
  });
});
