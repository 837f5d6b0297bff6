import { AppError } from '../../../platform/errors.ts';

/** The value if it is one of `allowed`, else the first of them. */
export function oneOf<T extends string>(value: string, allowed: readonly [T, ...T[]] | readonly T[]): T | undefined {
  return allowed.find((a) => a === value);
}

/** Runs what a form asks for; a refusal that can be mended comes back as a value, to be shown beside what was typed. */
export async function attempt(action: () => Promise<unknown>): Promise<AppError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && (error.status === 400 || error.status === 409)) return error;
    throw error;
  }
}
