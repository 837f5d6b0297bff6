import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Identity } from '../../identity/index.ts';
import { FEED_UNKNOWN } from '../errors.ts';
import { FEED_FORMATS, FEED_TYPES, type FeedFormat } from './files.ts';
import { type FeedFile, type FeedFiles, MOST_PREFIXES, PREFIX_DIGITS } from './service.ts';

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** The door has let only machines through. */
function organisationOf(req: FastifyRequest): string {
  if (req.actor.kind !== 'machine') throw new Error('an API route without its door');
  return req.actor.organisationId;
}

/** `/api/v1/blocks/…`: files of a court's entries, and hashes of the rest, for organisations' systems. */
export function feedRoutes({ files, identity }: { files: FeedFiles; identity: Pick<Identity, 'requireMachine'> }) {
  const config = { csrf: 'exempt' as const, problem: true };
  const security = [{ apiKey: [] }];
  const readsFiles = { config, preHandler: identity.requireMachine('block.feed.machine') };
  const readsHashes = { config, preHandler: identity.requireMachine('block.hashes.machine') };

  const formatOf = (name: string): FeedFormat => {
    const format = FEED_FORMATS.find((f) => f === name);
    if (!format) throw FEED_UNKNOWN();
    return format;
  };
  const sinceOf = (req: FastifyRequest): number | undefined => {
    const { since } = req.query as { since?: string };
    // Not a number becomes one that no serial is, and is refused as such.
    return since === undefined ? undefined : /^\d{1,15}$/.test(since) ? Number(since) : -1;
  };

  function send(req: FastifyRequest, reply: FastifyReply, file: FeedFile, format: FeedFormat) {
    void reply.headers({
      etag: file.etag,
      'cache-control': 'private, no-cache',
      'x-list-serial': String(file.serial),
      'x-signature-ed25519': file.signature,
    });
    if (req.headers['if-none-match'] === file.etag) return reply.code(304).send();
    return reply.type(FEED_TYPES[format]).send(file.body);
  }

  return async (instance: FastifyInstance): Promise<void> => {
    const app = instance.withTypeProvider<ZodTypeProvider>();
    app.get('/api/v1/blocks/key.pem', { config }, (_req, reply) =>
      reply.type('application/x-pem-file').send(files.publicKeyPem),
    );

    app.get(
      '/api/v1/blocks/court/:format',
      {
        ...readsFiles,
        schema: {
          summary: 'The entries of the national list that a court has ordered, as a file',
          description:
            'format: hosts, adblock, dnsmasq, csv, json. With ETag; csv and json take ?since=<serial> and then tell changes only. The header x-signature-ed25519 is the detached signature of the body. Each file is marked for the organisation it is made for.',
          tags: ['blocks'],
          security,
          params: z.object({ format: z.string() }),
          querystring: z.looseObject({ since: z.string().optional() }),
        },
      },
      async (req, reply) => {
        const format = formatOf(req.params.format);
        return send(req, reply, await files.court(organisationOf(req), format, sinceOf(req)), format);
      },
    );

    app.get(
      '/api/v1/blocks/court/:format/signature',
      {
        ...readsFiles,
        schema: {
          summary: 'The detached signature of that file (Ed25519 over its bytes)',
          tags: ['blocks'],
          security,
          params: z.object({ format: z.string() }),
          querystring: z.looseObject({ since: z.string().optional() }),
          response: { 200: z.object({ serial: z.int(), sha256: hex(64), signature: z.string() }) },
        },
      },
      async (req) => {
        const file = await files.court(organisationOf(req), formatOf(req.params.format), sinceOf(req));
        return { serial: file.serial, sha256: file.sha256, signature: file.signature };
      },
    );

    app.get(
      '/api/v1/blocks/hashes',
      {
        ...readsHashes,
        schema: {
          summary: 'Prefixes of salted hashes of addresses that show the abuse of children',
          description:
            'SHA-256 of "<salt> <kind> <target>" in hex, kind being domain, host or url. A prefix alone must block nothing: ask for the whole hashes behind it.',
          tags: ['blocks'],
          security,
          response: { 200: z.object({ serial: z.int(), salt: hex(32), prefixes: z.array(hex(PREFIX_DIGITS)) }) },
        },
      },
      (req, reply) => {
        void reply.header('cache-control', 'private, no-store');
        return files.prefixes(organisationOf(req));
      },
    );

    app.post(
      '/api/v1/blocks/hashes/find',
      {
        ...readsHashes,
        schema: {
          summary: 'The whole hashes behind some prefixes',
          tags: ['blocks'],
          security,
          body: z.strictObject({ prefixes: z.array(hex(PREFIX_DIGITS)).min(1).max(MOST_PREFIXES) }),
          response: { 200: z.object({ serial: z.int(), hashes: z.array(hex(64)) }) },
        },
      },
      (req, reply) => {
        void reply.header('cache-control', 'private, no-store');
        return files.hashes(organisationOf(req), req.body.prefixes);
      },
    );
  };
}
