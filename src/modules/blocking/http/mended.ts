import { AppError } from '../../../platform/errors.ts';
import type { Translator } from '../../../platform/i18n/index.ts';
import type { Refusal } from '../entry/refusal.ts';

/** A refusal that can be mended comes back as a value, to be shown beside what was typed. */
export async function mended(run: () => Promise<unknown>): Promise<AppError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && (error.status === 400 || error.status === 409)) return error;
    throw error;
  }
}

/** The error's sentence; what the rules say against a block is said in the reader's language. */
export function sentenceOf(tr: Translator, error: AppError): string {
  const refusals = error.extensions.refusals as readonly Refusal[] | undefined;
  if (!refusals) return tr.t(error.messageKey, error.params);
  const reasons = refusals.map((r) => {
    const words = tr.t(`blocking.refusal.${r.code}`);
    return r.name ? `${words} (${r.name})` : words;
  });
  return tr.t(error.messageKey, { reasons: reasons.join('; ') });
}
