/** What one look at a reported address found. Never a boolean: "not there for me, now" has many causes. */
export type CheckState =
  /** The reported content is still there. */
  | 'up-same'
  /** The page answers, but not with the reported content. */
  | 'up-changed'
  /** Still there, on another network than when it was reported: another provider has to be told. */
  | 'moved-host'
  /** Hidden here, but another vantage sees it, or the site says that it depends on the country. */
  | 'geo-blocked'
  /** The page says that the content was removed. */
  | 'removed-notice'
  /** HTTP 451, or a page that names a legal reason. */
  | 'legal-block'
  /** Hosting suspended, or a domain parking page. */
  | 'parked'
  /** HTTP 200 with a not-found page. */
  | 'soft-404'
  /** Leads elsewhere. */
  | 'redirected'
  /** HTTP 404 or 410. */
  | 'gone-http'
  /** NXDOMAIN from two resolvers. */
  | 'gone-dns'
  | 'login-wall'
  /** 403, 429, or a challenge. */
  | 'bot-wall'
  /** Time-outs, refused connections, 5xx, unclear DNS. */
  | 'unreachable'
  | 'tls-error';

/**
 * What a state says about whether the content can be reached:
 * `up` it can, by somebody · `doubt` something else answers in its place, which a person has to judge ·
 * `gone` the server or the DNS denies it · `silent` we learnt nothing.
 */
export type Standing = 'up' | 'doubt' | 'gone' | 'silent';

export const STANDING: Readonly<Record<CheckState, Standing>> = {
  'up-same': 'up',
  'up-changed': 'up',
  'moved-host': 'up',
  'geo-blocked': 'up',
  'removed-notice': 'doubt',
  'legal-block': 'doubt',
  parked: 'doubt',
  'soft-404': 'doubt',
  redirected: 'doubt',
  'gone-http': 'gone',
  'gone-dns': 'gone',
  'login-wall': 'silent',
  'bot-wall': 'silent',
  unreachable: 'silent',
  'tls-error': 'silent',
};

export const CHECK_STATES = Object.keys(STANDING) as CheckState[];
