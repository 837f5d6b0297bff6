import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type Client,
  createCore,
  Doh,
  type DohReply,
  QuestionLimit,
  upstreamsFromText,
} from '../../../../packages/dns-proxy/index.ts';
import type { Config } from '../../../platform/config.ts';
import type { Resolver } from '../resolver/resolver.ts';
import { upstreamsOf } from '../resolver/role.ts';

const PATH = '/dns-query';
const MESSAGE = 'application/dns-message';
/** A question is a few hundred bytes at most. */
const BODY_LIMIT = 4096;
/** Questions in a second, twice that at once: of one device (a browser with many tabs asks tens), and of all that are not known. */
const PER_DEVICE = 100;
const OF_NOBODY = 1_000;

/**
 * DNS over HTTPS on the web port (RFC 8484), so that a phone needs nothing but the address it knows already. The resolver
 * of this process decides; whoever asks is not looked at: a device is known by its path, and nothing reads an address. So
 * limits are of devices; ids that nobody gave out share one.
 */
export function dohRoutes(deps: {
  config: Pick<Config, 'dns' | 'demo' | 'egress' | 'publicOrigin'>;
  resolver: () => Resolver;
}) {
  return async (app: FastifyInstance): Promise<void> => {
    const { config } = deps;
    let doh: Doh | undefined;
    let close: (() => void) | undefined;
    // Made with the first question: pages are served before the tables are read.
    const answers = (): Doh => {
      if (doh) return doh;
      const { policy, registry } = deps.resolver();
      const core = createCore({
        policy,
        upstreams: upstreamsFromText(upstreamsOf(config).join(',')),
        discovery: { name: config.dns.name, infoUrl: config.publicOrigin },
      });
      close = () => core.close();
      const [ofDevice, ofNobody] = [new QuestionLimit(PER_DEVICE), new QuestionLimit(OF_NOBODY)];
      const allows = ({ id }: Client) =>
        id !== undefined && registry.device(id)
          ? ofDevice.allows(id, core.clock.now())
          : ofNobody.allows('', core.clock.now());
      doh = new Doh(core.forwarder, PATH, allows);
      return doh;
    };
    app.addHook('onClose', async () => close?.());
    app.addContentTypeParser(MESSAGE, { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_req, body, done) =>
      done(null, body),
    );

    const answer = async (req: FastifyRequest, reply: FastifyReply) => {
      const [path = '', query = ''] = req.url.split('?', 2);
      const { status, headers, body }: DohReply = await answers().answer({
        method: req.method,
        path,
        query,
        contentType: req.headers['content-type'],
        body: Buffer.isBuffer(req.body) ? req.body : undefined,
        address: '',
      });
      return reply
        .code(status)
        .headers(headers)
        .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    };
    for (const url of [PATH, `${PATH}/:id`]) {
      app.get(url, answer);
      app.post(url, { config: { csrf: 'exempt' } }, answer);
    }
  };
}
