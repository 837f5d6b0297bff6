import { AppError } from '../../../platform/errors.ts';

/** The body of a form as `@fastify/formbody` gives it; fields that came twice are arrays. */
export type FormBody = Record<string, unknown>;

/** A field as one line of text, at most `max` characters; missing is empty. */
export function text(body: unknown, name: string, max = 320): string {
  const value = (body as FormBody | undefined)?.[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.trim().slice(0, max) : '';
}

/** A secret as it was typed: spaces belong to it. */
export function secret(body: unknown, name: string): string {
  const value = (body as FormBody | undefined)?.[name];
  return typeof value === 'string' ? value.slice(0, 1000) : '';
}

/** All values of a field (checkboxes of one name) that are among `allowed`. */
export function chosen<T extends string>(body: unknown, name: string, allowed: readonly T[]): T[] {
  const value = (body as FormBody | undefined)?.[name];
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return allowed.filter((candidate) => given.includes(candidate));
}

/** What is wrong with fields: field name to message key. */
export type FieldErrors = Partial<Record<string, string>>;

/** Runs an action of a form; an expected refusal (4xx) comes back as a value, to be shown beside what was typed. */
export async function attempt<T>(action: () => Promise<T>): Promise<{ value: T } | { error: AppError }> {
  try {
    return { value: await action() };
  } catch (error) {
    if (error instanceof AppError && error.status < 500 && error.status !== 404) return { error };
    throw error;
  }
}

const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]{2,}$/;

export function isEmail(value: string): boolean {
  return value.length <= 254 && EMAIL.test(value);
}
