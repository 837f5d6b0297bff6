import type { Egress } from '../../../platform/egress/index.ts';
import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Mail } from '../../../platform/mail.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { mailFailure } from '../notice/notice.ts';
import type { LetterRow, NoticeRow, ProviderRow } from '../schema.ts';
import { postReports } from './api-channel.ts';
import { letterCsv } from './csv.ts';
import { type LettersFacts, mailAddressOf } from './letter-facts.ts';
import { letterMail } from './letter-mail.tsx';
import type { LetterLine, Lines } from './lines.ts';
import type { ProviderSettings, TokenFor } from './provider-settings.ts';
import { withdrawalOf, type Xarf, type XarfParty, xarfForApi, xarfOf } from './xarf.ts';

export type Delivery = { ok: true } | { ok: false; error: unknown; forGood: boolean };

export interface CarrierNeeds {
  country: Country;
  settings: ProviderSettings;
  letterFacts: LettersFacts;
  lines: Lines;
  /** Mail headers that put a letter under that of an earlier notice. */
  thread(notice: string): Promise<Record<string, string>>;
  /** Never that of a look at content: whoever gets a letter would know our looks. */
  egress: Egress;
}

/** For the desk's list of what failed, beside other errors of machines; the provider's page says it in words. */
const NO_TOKEN = {
  none: 'no token for this interface',
  unbound: 'the token is bound to no address: type it in again',
  gone: 'the token is for an address that the provider no longer has',
  unusable: 'the token is for an address that is not to be written to',
  elsewhere: 'the token is for another address than this one',
} as const;
const MAX_ATTACHED = 50;
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The ways by which a letter reaches a provider. Never throws for what the other side does. */
export function createCarriers(platform: Platform, needs: CarrierNeeds) {
  const { mail, i18n, config, db } = platform;
  const { country, settings, letterFacts, lines } = needs;
  const zone = country.pack().pack.zone;

  const party = (): XarfParty => ({
    org: createTranslator(i18n, 'en', zone).t('takedown.mail.signature', { country: country.pack().pack.name.en }),
    contact: mailAddressOf(config.mailFrom),
    domain: new URL(config.publicOrigin).hostname,
  });

  const xarf = (line: LetterLine): Xarf | undefined => xarfOf(line, party());

  function attachments(all: readonly LetterLine[]): NonNullable<Mail['attachments']> {
    const files = all.flatMap((line) => {
      const report = xarf(line);
      const filename = `xarf-${line.reference}.json`;
      return report ? [{ filename, content: json(report), contentType: 'application/json' }] : [];
    });
    return [
      { filename: 'notices.csv', content: letterCsv(all), contentType: 'text/csv; charset=utf-8' },
      ...files.slice(0, MAX_ATTACHED),
    ];
  }

  async function byMail(
    letter: LetterRow,
    notices: readonly NoticeRow[],
    provider: ProviderRow | undefined,
  ): Promise<Delivery> {
    const told = letterFacts.of(letter, notices, provider);
    const follows = notices.length === 1 ? notices[0]?.reminder_of : null;
    const message: Mail = {
      ...letterMail(told, createTranslator(i18n, letter.language, zone)),
      to: letter.contact,
      messageId: letter.message_id,
      headers: {
        'Content-Language': letter.language,
        'X-Auto-Response-Suppress': 'All',
        ...(follows ? await needs.thread(follows) : {}),
      },
      ...(told.attached ? { attachments: attachments(await lines.of(db, letter, notices)) } : {}),
    };
    return mail.send(message).then(
      (): Delivery => ({ ok: true }),
      (error: unknown): Delivery => ({ ok: false, error, forGood: mailFailure(error) === 'never' }),
    );
  }

  async function byApi(
    letter: LetterRow,
    notices: readonly NoticeRow[],
    provider: ProviderRow | undefined,
  ): Promise<Delivery> {
    // The secret belongs to the address that was agreed upon, and goes to no other.
    const found: TokenFor = provider ? await settings.tokenFor(provider, letter.contact) : { refused: 'none' };
    if ('refused' in found) return { ok: false, error: new Error(NO_TOKEN[found.refused]), forGood: true };
    const { token } = found;
    const reports =
      letter.kind === 'request'
        ? (await lines.of(db, letter, notices)).map((line) => xarfForApi(line, party()))
        : letterFacts
            .of(letter, notices, provider)
            .notices.map((told, i) =>
              withdrawalOf(
                { reference: told.id, at: notices[i]?.changed_at ?? letter.opened_at, link: told.link },
                party(),
              ),
            );
    const answer = await postReports(needs.egress, { url: letter.contact, token, letter: letter.id }, reports);
    return answer.ok ? { ok: true } : { ok: false, error: new Error(answer.said), forGood: answer.forGood };
  }

  return {
    xarf,

    async deliver(letter: LetterRow, notices: readonly NoticeRow[]): Promise<Delivery> {
      const provider = letter.provider ? await settings.find(letter.provider) : undefined;
      return letter.channel === 'api' ? byApi(letter, notices, provider) : byMail(letter, notices, provider);
    },
  };
}
export type Carriers = ReturnType<typeof createCarriers>;
