/** The body of a form; fields that came twice are arrays. */
export type FormBody = Record<string, unknown>;

export const bodyOf = (req: { body?: unknown }): FormBody => (req.body ?? {}) as FormBody;

/** What is wrong, by field: a message key and its parameters. */
export type FormErrors<Field extends string = string> = Partial<
  Record<Field, { key: string; params?: Record<string, string | number> }>
>;

/** Every value of a field, as typed, with the line ends of one kind; without U+0000, which PostgreSQL can't store. */
export function all(body: FormBody, name: string): string[] {
  const value = body[name];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values
    .filter((v) => typeof v === 'string')
    .map((v) => v.replaceAll('\0', '').toWellFormed().replace(/\r\n/g, '\n'));
}

export const one = (body: FormBody, name: string): string => all(body, name)[0] ?? '';

/** The value if it is one of `allowed`, else undefined. */
export function among<T extends string>(value: string, allowed: readonly T[]): T | undefined {
  return (allowed as readonly string[]).includes(value) ? (value as T) : undefined;
}

/** Length as people count it: by code point. */
export const length = (text: string): number => [...text].length;
