import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { LANGS } from '../../platform/i18n/index.ts';

/*
 * What families are shown and what always answers: the catalogue of protective tools and settings, and the names of help.
 */

const text = z.string().trim().min(1);
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a slug such as home-router');
const review = { _review: text.optional() };
const sourced = { verified: z.boolean(), source: text };
const localText = z.strictObject(
  Object.fromEntries(LANGS.map((l) => [l, text])) as Record<(typeof LANGS)[number], typeof text>,
);

export const TOOL_DEVICES = ['android', 'iphone', 'windows', 'mac', 'console', 'tv', 'router'] as const;
export type ToolDevice = (typeof TOOL_DEVICES)[number];
export const TOOL_AGES = ['under-9', '9-12', '13-15', '16-17'] as const;
export type ToolAge = (typeof TOOL_AGES)[number];

const tool = z.strictObject({
  id: slug,
  order: z.int(),
  /** Where it works: on the way out, on the device, in an account for everything, in one service. */
  kind: z.enum(['network', 'device', 'account', 'service']),
  devices: z.array(z.enum(TOOL_DEVICES)).min(1),
  ages: z.array(z.enum(TOOL_AGES)).min(1),
  /** A Lucide icon name. */
  icon: slug,
  name: localText,
  what: localText,
  steps: z.array(localText).min(2).max(7),
  /** What it does not do: nobody may feel safer than they are. */
  limits: localText,
  links: z.array(z.url({ protocol: /^https$/ })),
  ...sourced,
});
export type ProtectiveTool = z.infer<typeof tool>;
export const toolsFile = z.strictObject({ ...review, tools: z.array(tool) });

export const HELP_KINDS = ['help', 'health', 'police', 'justice'] as const;
export type HelpKind = (typeof HELP_KINDS)[number];

const name = z
  .string()
  .refine((v) => v.includes('.') && domainToASCII(v) === v, 'must be a name in lower case and ASCII, as DNS has it');
export const helpNamesFile = z.strictObject({
  ...review,
  ...sourced,
  /** Entries of never-block.json that are help as a whole. */
  fromNeverBlock: z.array(slug),
  /** Each stands for all that is below it. */
  names: z.array(z.strictObject({ id: slug, kind: z.enum(HELP_KINDS), names: z.array(name).min(1), ...sourced })),
});
