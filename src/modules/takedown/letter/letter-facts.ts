import type { Lang, LocalText } from '../../../platform/i18n/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { Country, TrustedFlagger } from '../../country/index.ts';
import type { Facts, NoticeFacts } from '../notice/facts.ts';
import type { LetterRow, NoticePurpose, NoticeRow, ProviderRow } from '../schema.ts';
import type { LetterKind } from './letter.ts';

/** All that a letter says: the facts of its notices, and who writes to whom. Nothing else reaches a template. */
export interface LetterFacts {
  id: string;
  kind: LetterKind;
  purpose: NoticePurpose;
  again: boolean;
  /** At least one. */
  notices: readonly NoticeFacts[];
  /** Signed: the page of the only notice, or of the letter that lists them. */
  link: string;
  /** Signed: the page of the letter, also where it has one notice. */
  page: string;
  origin: string;
  country: LocalText;
  providerName: string | undefined;
  /** What this provider's letters say besides. */
  extra: string | undefined;
  flagger: TrustedFlagger | null;
  senderEmail: string;
  /** The table and the machine-readable files go with the mail, exact addresses and all. */
  attached: boolean;
}

const TOKEN_PURPOSE = 'takedown.letter';

/** The address in `e-Salama <notices@example.org>`. */
export const mailAddressOf = (from: string): string => /<([^>]+)>/.exec(from)?.[1] ?? from.trim();

export function createLetterFacts(platform: Platform, needs: { country: Country; facts: Facts }) {
  const { keys, config } = platform;
  const { country, facts } = needs;

  const tokenOf = (letter: string) => `${letter}.${keys.token(TOKEN_PURPOSE, letter)}`;
  const seedOf = (id: string | null) => country.pack().providers.providers.find((p) => p.id === id);

  return {
    tokenOf,

    /** The letter a link belongs to, or undefined when the link is not ours. */
    letterOfToken(token: string): string | undefined {
      const [id = '', mac = '', ...rest] = token.split('.');
      return rest.length === 0 && keys.verifyToken(TOKEN_PURPOSE, id, mac) ? id : undefined;
    },

    /** @param provider our own record of whom it goes to, if there is one */
    of(letter: LetterRow, notices: readonly NoticeRow[], provider: ProviderRow | undefined): LetterFacts {
      const told = notices.map((n) => facts.factsOf(n));
      const only = told.length === 1 ? told[0] : undefined;
      const extra = provider?.extra ?? seedOf(letter.provider)?.extra ?? {};
      const lang: Lang = letter.language;
      const page = `${config.publicOrigin}/notice/letter/${tokenOf(letter.id)}`;
      return {
        id: letter.id,
        kind: letter.kind,
        purpose: letter.purpose,
        again: letter.again,
        notices: told,
        link: only?.link ?? page,
        page,
        origin: config.publicOrigin,
        country: country.pack().pack.name,
        providerName: letter.provider_name ?? undefined,
        extra: extra[lang]?.trim() || undefined,
        flagger: country.notices().trustedFlagger,
        senderEmail: mailAddressOf(config.mailFrom),
        attached: letter.kind === 'request' && letter.channel === 'mail' && provider?.attach === 'plain',
      };
    },
  };
}
export type LettersFacts = ReturnType<typeof createLetterFacts>;
