import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Egress } from '../../../platform/egress/index.ts';
import { mailAddress } from './mail-address.ts';

/** A bootstrap service registry (RFC 9224 §3): entries, then base addresses. */
const registry = z.object({ services: z.array(z.tuple([z.array(z.string()), z.array(z.string())])) });
const bootstrapSchema = z.object({ dns: registry, ipv4: registry, ipv6: registry });
export type RdapBootstrap = z.infer<typeof bootstrapSchema>;

/** Reads three IANA registries kept in one file; throws if it is not of that form. */
export function loadBootstrap(
  file: URL | string = new URL('./data/rdap-bootstrap.json', import.meta.url),
): RdapBootstrap {
  return bootstrapSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

const secureBase = (bases: readonly string[]) =>
  (bases.find((b) => b.startsWith('https:')) ?? bases[0])?.replace(/\/?$/, '/');

/** Server for a domain: the longest matching suffix (RFC 9224 §4). */
export function domainServer(bootstrap: RdapBootstrap, domain: string): string | undefined {
  const labels = domain.toLowerCase().split('.');
  for (let i = 0; i < labels.length; i++) {
    const suffix = labels.slice(i).join('.');
    const service = bootstrap.dns.services.find(([tlds]) => tlds.includes(suffix));
    if (service) return secureBase(service[1]);
  }
  return undefined;
}

/** Server for an address: the longest matching prefix (RFC 9224 §5.1). */
export function addressServer(bootstrap: RdapBootstrap, text: string): string | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const { services } = address.kind() === 'ipv4' ? bootstrap.ipv4 : bootstrap.ipv6;
  let best: { bits: number; bases: readonly string[] } | undefined;
  for (const [prefixes, bases] of services)
    for (const prefix of prefixes) {
      const [network, bits] = ipaddr.parseCIDR(prefix);
      if (address.match(network, bits) && bits > (best?.bits ?? -1)) best = { bits, bases };
    }
  return best && secureBase(best.bases);
}

/** The contact data of an RDAP answer (RFC 9083), no person's data beside a mailbox for abuse. */
export interface RdapFacts {
  /** Mailboxes of entities with the role `abuse`; if there are none, of `technical` and `noc` ones. */
  emails: string[];
  role: 'abuse' | 'technical' | undefined;
  /** Network name, or the registrar's. */
  name: string | undefined;
  country: string | undefined;
  handle: string | undefined;
  /** Autonomous system that announces the network, where the registry says it (ARIN's originas extension). */
  asn?: number;
  /** Handle and address of the network that it was assigned from (RFC 9083 §5.4, link relation `up`). */
  parent?: string;
  up?: string;
}

interface Entity {
  roles: string[];
  emails: string[];
  name: string | undefined;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const text = (v: unknown): string | undefined =>
  typeof v === 'string' && v.trim() ? v.trim().slice(0, 200) : undefined;

/** jCard (RFC 7095): `["vcard", [[name, parameters, type, value…], …]]`. */
function card(vcard: unknown): { emails: string[]; name: string | undefined } {
  const properties = list(list(vcard)[1]).map(list);
  const values = (name: string) => properties.filter((p) => p[0] === name).map((p) => p[3]);
  return {
    emails: values('email').flatMap((v) => mailAddress(v) ?? []),
    name: text(values('fn')[0]) ?? text(values('org')[0]),
  };
}

/** Entities of an object and of its entities: a registrar's abuse desk is an entity of the registrar. */
function entities(of: Record<string, unknown>, depth = 0): Entity[] {
  if (depth > 4) return [];
  return list(of.entities)
    .slice(0, 50)
    .filter(isObject)
    .flatMap((e) => [
      { roles: list(e.roles).filter((r) => typeof r === 'string'), ...card(e.vcardArray) },
      ...entities(e, depth + 1),
    ]);
}

/** Reads an RDAP domain or ip network object; gives empty facts for anything else. Never throws. */
export function readRdap(json: unknown): RdapFacts {
  if (!isObject(json)) return { emails: [], role: undefined, name: undefined, country: undefined, handle: undefined };
  const all = entities(json);
  const mailboxes = (...roles: string[]) => [
    ...new Set(all.filter((e) => e.roles.some((r) => roles.includes(r))).flatMap((e) => e.emails)),
  ];
  const abuse = mailboxes('abuse');
  const technical = abuse.length > 0 ? [] : mailboxes('technical', 'noc');
  const [asn] = list(json.arin_originas0_originautnums).filter((n) => typeof n === 'number' && Number.isInteger(n));
  const parent = text(json.parentHandle);
  const up = list(json.links)
    .filter(isObject)
    .find((l) => l.rel === 'up' && typeof l.href === 'string' && l.href.length < 500)?.href;
  return {
    emails: abuse.length > 0 ? abuse : technical,
    role: abuse.length > 0 ? 'abuse' : technical.length > 0 ? 'technical' : undefined,
    name: json.objectClassName === 'domain' ? all.find((e) => e.roles.includes('registrar'))?.name : text(json.name),
    country: /^[A-Z]{2}$/i.test(text(json.country) ?? '') ? text(json.country)?.toUpperCase() : undefined,
    handle: text(json.handle),
    ...(typeof asn === 'number' ? { asn } : {}),
    ...(parent ? { parent } : {}),
    ...(typeof up === 'string' ? { up } : {}),
  };
}

export type RdapAnswer =
  | { outcome: 'found'; via: string; data: RdapFacts }
  | {
      outcome: 'none' | 'failed';
      via: string;
      reason: string /** The server asks to be left alone so long. */;
      restMs?: number;
    };

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3), at most an hour. */
function restOf(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined;
}

/** Asks one RDAP address through the guarded way out. */
export async function askRdapAt(egress: Egress, via: string, now: Date): Promise<RdapAnswer> {
  const result = await egress.fetch(via, {
    headers: { accept: 'application/rdap+json, application/json' },
    maxBytes: 1024 * 1024,
  });
  if (result.kind !== 'response') return { outcome: 'failed', via, reason: result.kind };
  if (result.status === 404) return { outcome: 'none', via, reason: 'http-404' };
  if (result.status !== 200 || result.truncated) {
    const restMs = [429, 503].includes(result.status) ? restOf(result.headers['retry-after'], now) : undefined;
    return { outcome: 'failed', via, reason: `http-${result.status}`, ...(restMs ? { restMs } : {}) };
  }
  try {
    return { outcome: 'found', via, data: readRdap(JSON.parse(result.body.toString('utf8'))) };
  } catch {
    return { outcome: 'failed', via, reason: 'not-json' };
  }
}

/** Where to ask one server about a domain or an address (RFC 9082). */
export const rdapAddress = (base: string, kind: 'domain' | 'ip', key: string): string =>
  `${base.replace(/\/?$/, '/')}${kind}/${encodeURI(key)}`;
