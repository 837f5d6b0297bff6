import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { LANGS } from '../../../platform/i18n/index.ts';
import { AGREEMENT_INVALID, CONTACT_INVALID, PROVIDER_INVALID } from '../errors.ts';
import {
  AGREEMENT_KINDS,
  CONTACT_PURPOSES,
  FORM_VALUES,
  NOTICE_CHANNELS,
  type NoticeChannel,
  PROVIDER_KINDS,
} from '../schema.ts';

/** A host name in ASCII, lower case; a name typed with its own letters becomes its `xn--` form. */
export const hostName = z
  .string()
  .transform((name) => domainToASCII(name.trim().replace(/\.$/, '')))
  .pipe(z.hostname().refine((name) => name.includes('.') && isIP(name) === 0));

export const mailAddress = z.email().max(254);
const formAddress = z.url({ protocol: /^https?$/ }).max(2000);

/** A secret goes there. */
const apiAddress = z.url({ protocol: /^https$/ }).max(2000);
const ADDRESS = { mail: mailAddress, form: formAddress, api: apiAddress } as const satisfies Record<
  NoticeChannel,
  z.ZodType
>;
const addressOf = (channel: NoticeChannel) => ADDRESS[channel];

/** The contact in its one form. @throws TAKEDOWN_CONTACT_INVALID */
export function checkContact(channel: NoticeChannel, typed: string): string {
  const checked = addressOf(channel).safeParse(typed.trim());
  if (!checked.success) throw CONTACT_INVALID({ channel });
  return checked.data;
}

/** 1 to 4294967294 (RFC 7300); `AS64500` is read as well. */
export const networkNumber = z
  .string()
  .trim()
  .regex(/^(?:as)?[0-9]{1,10}$/i)
  .transform((text) => Number(text.replace(/^as/i, '')))
  .pipe(
    z
      .number()
      .int()
      .min(1)
      .max(2 ** 32 - 2),
  );

const provider = z.object({
  name: z.string().trim().min(2).max(200),
  kind: z.enum(PROVIDER_KINDS),
  domains: z.array(hostName).min(1).max(100),
  note: z.string().trim().max(1000),
  networks: z.array(networkNumber).max(200).default([]),
  countries: z
    .array(
      z
        .string()
        .trim()
        .toUpperCase()
        .regex(/^[A-Z]{2}$/),
    )
    .max(60)
    .default([]),
  fields: z
    .array(z.object({ label: z.string().trim().min(1).max(200), value: z.enum(FORM_VALUES) }))
    .max(30)
    .default([]),
});

const firstContact = z
  .object({ language: z.enum(LANGS), channel: z.enum(NOTICE_CHANNELS), address: z.string().trim() })
  .refine((c) => addressOf(c.channel).safeParse(c.address).success, { path: ['address'] });

/** A provider that is added has a first contact; what is changed later are contacts of their own. */
export type ProviderChange = z.input<typeof provider>;
export type ProviderInput = ProviderChange & z.input<typeof firstContact>;

function refuse(issues: readonly { path: readonly PropertyKey[] }[]): never {
  const fields = [...new Set(issues.map((i) => String(i.path[0])))];
  throw PROVIDER_INVALID({ fields: fields.join(', ') }, { extensions: { fields } });
}

/** @throws TAKEDOWN_PROVIDER_INVALID naming the fields */
export function readProvider(given: ProviderChange): z.output<typeof provider> {
  const checked = provider.safeParse(given);
  return checked.success ? checked.data : refuse(checked.error.issues);
}

/** @throws TAKEDOWN_PROVIDER_INVALID naming the fields, of the provider and of its first contact */
export function readNewProvider(given: ProviderInput) {
  const [first, second] = [provider.safeParse(given), firstContact.safeParse(given)];
  if (first.success && second.success) return { ...first.data, contact: second.data };
  return refuse([...(first.error?.issues ?? []), ...(second.error?.issues ?? [])]);
}

const contact = z.object({
  purpose: z.enum(CONTACT_PURPOSES),
  channel: z.enum(NOTICE_CHANNELS),
  address: z.string(),
  languages: z.array(z.enum(LANGS)).min(1),
  priority: z.coerce.number().int().min(1).max(99),
});
export type ContactInput = z.input<typeof contact>;

/** @throws TAKEDOWN_CONTACT_INVALID */
export function readContact(given: ContactInput): z.output<typeof contact> {
  const checked = contact.safeParse(given);
  if (!checked.success) throw CONTACT_INVALID({ channel: given.channel });
  return { ...checked.data, address: checkContact(checked.data.channel, checked.data.address) };
}

const day = z.iso.date();
const agreement = z
  .object({
    kind: z.enum(AGREEMENT_KINDS),
    since: day,
    until: z.union([day, z.literal('').transform(() => null)]),
    note: z.string().trim().max(1000),
  })
  .refine((a) => a.until === null || a.until >= a.since, { path: ['until'] });
export type AgreementInput = z.input<typeof agreement>;

/** @throws TAKEDOWN_AGREEMENT_INVALID */
export function readAgreement(given: AgreementInput): z.output<typeof agreement> {
  const checked = agreement.safeParse(given);
  if (!checked.success) throw AGREEMENT_INVALID();
  return checked.data;
}
