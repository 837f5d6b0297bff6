import { createTranslator } from '../../../platform/i18n/index.ts';
import type { Mail } from '../../../platform/mail.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country } from '../../country/index.ts';
import { mailFailure } from '../notice/notice.ts';
import type { Providers } from '../notice/providers.ts';
import type { LetterRow, NoticeRow, ProviderRow } from '../schema.ts';
import type { LettersFacts } from './letter-facts.ts';
import { letterMail } from './letter-mail.tsx';

export type Delivery = { ok: true } | { ok: false; error: unknown; forGood: boolean };

export interface CarrierNeeds {
  country: Country;
  providers: Providers;
  letterFacts: LettersFacts;
}

/** The ways by which a letter reaches a provider. Never throws for what the other side does. */
export function createCarriers(platform: Platform, needs: CarrierNeeds) {
  const { mail, i18n } = platform;
  const { country, providers, letterFacts } = needs;
  const zone = country.pack().pack.zone;

  async function byMail(letter: LetterRow, notices: readonly NoticeRow[], provider: ProviderRow | undefined) {
    const told = letterFacts.of(letter, notices, provider);
    const message: Mail = {
      ...letterMail(told, createTranslator(i18n, letter.language, zone)),
      to: letter.contact,
      messageId: letter.message_id,
      headers: { 'Content-Language': letter.language, 'X-Auto-Response-Suppress': 'All' },
    };
    return mail.send(message).then(
      (): Delivery => ({ ok: true }),
      (error: unknown): Delivery => ({ ok: false, error, forGood: mailFailure(error) === 'never' }),
    );
  }

  return {
    async deliver(letter: LetterRow, notices: readonly NoticeRow[]): Promise<Delivery> {
      const provider = letter.provider ? await providers.find(letter.provider) : undefined;
      return byMail(letter, notices, provider);
    },
  };
}
export type Carriers = ReturnType<typeof createCarriers>;
