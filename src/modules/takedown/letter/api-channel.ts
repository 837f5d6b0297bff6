import type { Egress, EgressResult } from '../../../platform/egress/index.ts';
import type { Withdrawal, Xarf } from './xarf.ts';

/** What a provider's interface answered. */
export type ApiAnswer = { ok: true } | { ok: false; forGood: boolean; said: string };

const TIMEOUT_MS = 30_000;
const MAX_ANSWER = 64 * 1024;
/** Passes by itself, or is ours to mend (401, 403: the token), as with a mail server's sign-in. */
const LATER = new Set([401, 403, 408, 409, 423, 425, 429]);

/** Whether trying again can help. Pure. */
export function apiAnswer(result: EgressResult): ApiAnswer {
  switch (result.kind) {
    case 'response': {
      const { status } = result;
      if (status >= 200 && status < 300) return { ok: true };
      return { ok: false, forGood: status < 500 && !LATER.has(status), said: `HTTP ${status}` };
    }
    case 'refused':
      return { ok: false, forGood: true, said: `refused: ${result.reason}` };
    case 'dns':
      return { ok: false, forGood: false, said: `DNS ${result.code}` };
    case 'network':
      return { ok: false, forGood: false, said: `network ${result.code}` };
    case 'tls':
      return { ok: false, forGood: false, said: `TLS ${result.code}` };
    case 'too-many-redirects':
      return { ok: false, forGood: true, said: 'redirects' };
  }
}

/**
 * Posts a letter to a provider's interface: a JSON array with one XARF report per notice, or one withdrawal, so that a
 * letter arrives whole or not at all. `Idempotency-Key` is the letter's id: sent twice, it is one.
 */
export async function postReports(
  egress: Egress,
  to: { url: string; token: string; letter: string },
  reports: readonly (Xarf | Withdrawal)[],
): Promise<ApiAnswer> {
  const result = await egress.fetch(to.url, {
    send: { contentType: 'application/json', body: JSON.stringify(reports), bearer: to.token },
    headers: { 'user-agent': 'e-Salama', accept: 'application/json', 'idempotency-key': to.letter },
    maxBytes: MAX_ANSWER,
    timeoutMs: TIMEOUT_MS,
  });
  return apiAnswer(result);
}
