/** Values that an ICU message can take. */
export type ErrorParams = Record<string, string | number>;

/**
 * An error with a code, one HTTP status and a sentence for people in four languages.
 * `messageKey` names that sentence in the module's catalogues.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly messageKey: string;
  readonly params: ErrorParams;
  /** Further machine-readable members of the problem document (RFC 9457 §3.2). */
  readonly extensions: Record<string, unknown>;

  constructor(init: {
    code: string;
    status: number;
    messageKey: string;
    params?: ErrorParams;
    cause?: unknown;
    extensions?: Record<string, unknown>;
  }) {
    super(init.code, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'AppError';
    this.code = init.code;
    this.status = init.status;
    this.messageKey = init.messageKey;
    this.params = init.params ?? {};
    this.extensions = init.extensions ?? {};
  }
}

export type ErrorFactory = (
  params?: ErrorParams,
  options?: { cause?: unknown; extensions?: Record<string, unknown> },
) => AppError;

/**
 * Declares an error once: `defineError('takedown', 'PROVIDER_UNKNOWN', 404)` has the code `TAKEDOWN_PROVIDER_UNKNOWN`
 * and its sentence at `takedown.error.PROVIDER_UNKNOWN`.
 */
export function defineError(module: string, name: string, status: number): ErrorFactory {
  const code = `${module.toUpperCase().replaceAll('-', '_')}_${name}`;
  const messageKey = `${module}.error.${name}`;
  return (params, options) =>
    new AppError({
      code,
      status,
      messageKey,
      ...(params ? { params } : {}),
      ...(options?.cause === undefined ? {} : { cause: options.cause }),
      ...(options?.extensions ? { extensions: options.extensions } : {}),
    });
}
