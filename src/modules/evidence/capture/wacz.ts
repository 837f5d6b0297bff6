import { createHash } from 'node:crypto';
import { CDXIndexer } from 'warcio';
import { zip } from '../../../platform/sealing/index.ts';

const sha256 = (data: Buffer) => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const WARC = 'data.warc.gz';
export const SOFTWARE = 'e-Salama evidence 1';

export interface WaczPage {
  id: string;
  url: string;
  title: string;
  at: Date;
  text: string;
}

/** The index of a compressed WARC as CDXJ: one line a response, in order, with the place of its record. */
async function cdxj(warc: Buffer): Promise<Buffer> {
  const indexer = new CDXIndexer({ format: 'cdxj' });
  const lines: string[] = [];
  const source = [{ filename: WARC, reader: new Blob([new Uint8Array(warc)]).stream() as never }];
  for await (const cdx of indexer.iterIndex(source)) lines.push(indexer.serializeCDXJ(cdx).trimEnd());
  return Buffer.from(`${lines.sort().join('\n')}\n`);
}

/** A Web archive in one file, as the WACZ specification 1.1.1 has it; any replay tool opens it. */
export async function wacz(warc: Buffer, page: WaczPage): Promise<Buffer> {
  const pages = [
    { format: 'json-pages-1.0', id: 'pages', title: 'All Pages', hasText: true },
    { id: page.id, url: page.url, ts: page.at.toISOString(), title: page.title, text: page.text },
  ];
  const resources = [
    { path: `archive/${WARC}`, data: warc },
    { path: 'indexes/index.cdxj', data: await cdxj(warc) },
    { path: 'pages/pages.jsonl', data: Buffer.from(`${pages.map((p) => JSON.stringify(p)).join('\n')}\n`) },
  ];
  const datapackage = Buffer.from(
    JSON.stringify(
      {
        profile: 'data-package',
        wacz_version: '1.1.1',
        title: page.title,
        created: page.at.toISOString(),
        software: SOFTWARE,
        mainPageUrl: page.url,
        mainPageDate: page.at.toISOString(),
        resources: resources.map(({ path, data }) => ({
          name: path.slice(path.lastIndexOf('/') + 1),
          path,
          hash: sha256(data),
          bytes: data.length,
        })),
      },
      null,
      2,
    ),
  );
  const digest = Buffer.from(JSON.stringify({ path: 'datapackage.json', hash: sha256(datapackage) }, null, 2));
  return zip(
    [...resources, { path: 'datapackage.json', data: datapackage }, { path: 'datapackage-digest.json', data: digest }],
    page.at,
  );
}
