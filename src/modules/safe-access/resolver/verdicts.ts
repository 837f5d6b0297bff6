import { EDE, type StructuredError, type Verdict } from '../../../../packages/dns-proxy/policy.ts';
import type { Lang } from '../../../platform/i18n/index.ts';
import type { Category } from '../profile/kinds.ts';
import type { NationalBasis } from './national.ts';
import type { CompiledDevice } from './registry.ts';
import type { ClosedKind, Sentences } from './sentence-table.ts';

/** Why a question got the answer it got. */
export type Why =
  | { readonly kind: 'own' | 'help' | 'none' | 'allow' | 'opened' | 'safe-search' | 'not-ready' }
  | { readonly kind: 'national'; readonly basis: NationalBasis }
  | { readonly kind: ClosedKind; readonly device: CompiledDevice }
  | { readonly kind: 'category'; readonly category: Category; readonly device: CompiledDevice };

export interface VerdictOptions {
  readonly sentences: Sentences;
  readonly publicOrigin: string;
  /** Address of the block page, for answers to A questions; NXDOMAIN without one. */
  readonly blockAddress: string | undefined;
  /** Language for those whose language is not known. */
  readonly lang: Lang;
}

/** Seconds that an answer may be kept: opening counts as fast as closing. */
const TTL = 10;
/** "Not Ready" (RFC 8914, 4.15). */
const NOT_READY = 14;
/** Sub-errors of the draft's registry. */
const SUBERROR: Partial<Record<Category, number>> = { malware: 1, phishing: 2 };

/** Where the page stands that says why something is closed, contests it and asks for it. */
export function closedPath(lang: Lang, given: { device?: string | undefined; why: string }): string {
  const query = new URLSearchParams({ why: given.why });
  if (given.device !== undefined) query.set('device', given.device);
  return `/${lang}/closed?${query}`;
}

/** Where entries of the national list are appealed against (blocking's form). */
export const appealPath = (lang: Lang): string => `/${lang}/blocked/appeal`;

/** Every answer, each made once: they are compared by identity, and say why when asked. */
export class Verdicts {
  readonly #o: VerdictOptions;
  readonly #why = new WeakMap<Verdict, Why>();
  readonly #national = new Map<string, Verdict>();

  readonly own: Verdict;
  readonly help: Verdict;
  readonly open: Verdict;
  readonly allowed: Verdict;
  readonly openedForNow: Verdict;
  readonly openWithoutEch: Verdict;
  readonly allowedWithoutEch: Verdict;
  readonly openedWithoutEch: Verdict;
  readonly notReady: Verdict;

  constructor(options: VerdictOptions) {
    this.#o = options;
    const forward = (kind: 'help' | 'none' | 'allow' | 'opened', follow: boolean, withoutEch: boolean) =>
      this.#keep({ kind: 'forward', follow, withoutEch }, { kind });
    this.own = this.#keep({ kind: 'local', records: [] }, { kind: 'own' });
    // Where a help line's name leads to is nobody's business either.
    this.help = forward('help', false, false);
    this.open = forward('none', true, false);
    this.allowed = forward('allow', true, false);
    this.openedForNow = forward('opened', true, false);
    // Encrypted Client Hello hides the name from a school's own filter; where ways around are closed, it is left out.
    this.openWithoutEch = forward('none', true, true);
    this.allowedWithoutEch = forward('allow', true, true);
    this.openedWithoutEch = forward('opened', true, true);
    this.notReady = this.#keep(
      { kind: 'block', answer: 'refused', ede: NOT_READY, text: 'the list is not loaded yet', ttl: 0 },
      { kind: 'not-ready' },
    );
  }

  why(verdict: Verdict): Why | undefined {
    return this.#why.get(verdict);
  }

  #keep(verdict: Verdict, why: Why): Verdict {
    this.#why.set(verdict, why);
    return verdict;
  }

  #blocked(ede: number, text: string, structured: StructuredError): Verdict {
    const { blockAddress } = this.#o;
    const v6 = blockAddress?.includes(':');
    const answer = blockAddress === undefined ? 'nxdomain' : v6 ? { aaaa: blockAddress } : { a: blockAddress };
    return { kind: 'block', answer, ede, text, structured, ttl: TTL };
  }

  /** For an entry of the national list, with the way to appeal. */
  national(basis: NationalBasis, lang: Lang = this.#o.lang): Verdict {
    const key = `${basis} ${lang}`;
    const known = this.#national.get(key);
    if (known) return known;
    const { sentences, publicOrigin } = this.#o;
    const made = this.#keep(
      this.#blocked(EDE.censored, 'national list', {
        c: [`${publicOrigin}${appealPath(lang)}`],
        j: sentences.national(lang, basis),
        o: sentences.who(lang, 'country'),
        l: lang,
      }),
      { kind: 'national', basis },
    );
    this.#national.set(key, made);
    return made;
  }

  /** For what a family's or a school's rules close, with the way to ask. */
  closed(device: CompiledDevice, kind: ClosedKind): Verdict {
    return this.#own(device, kind, () => ({ kind, device }), this.#o.sentences.closed);
  }

  category(device: CompiledDevice, category: Category): Verdict {
    return this.#own(device, category, () => ({ kind: 'category', category, device }), this.#o.sentences.category);
  }

  #own<K extends string>(
    device: CompiledDevice,
    key: K,
    why: () => Why,
    sentence: (lang: Lang, key: K) => string,
  ): Verdict {
    const known = device.verdicts.get(key);
    if (known) return known;
    const { sentences, publicOrigin } = this.#o;
    const { lang } = device.profile.facts;
    const reason = why();
    const category = reason.kind === 'category' ? reason.category : undefined;
    const suberror = category ? SUBERROR[category] : undefined;
    const made = this.#keep(
      this.#blocked(EDE.filtered, 'closed by the rules of this device', {
        c: [`${publicOrigin}${closedPath(lang, { device: device.id, why: key })}`],
        j: sentence(lang, key),
        ...(suberror === undefined ? {} : { s: suberror }),
        o: sentences.who(lang, 'family'),
        l: lang,
      }),
      reason,
    );
    device.verdicts.set(key, made);
    return made;
  }

  /** The same service's name without adults' results. */
  rewrite(device: CompiledDevice, target: Uint8Array): Verdict {
    const key = `rewrite ${Buffer.from(target).toString('latin1')}`;
    const known = device.verdicts.get(key);
    if (known) return known;
    const made = this.#keep({ kind: 'rewrite', target, ede: EDE.forged, ttl: TTL }, { kind: 'safe-search' });
    device.verdicts.set(key, made);
    return made;
  }
}
