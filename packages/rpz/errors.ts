/** Why a message could not be read. A peer's fault, never ours: whoever reads answers FORMERR or drops it. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Codes of what callers of this library can get wrong or meet; stable, to be translated by them. */
export type RpzFault =
  | 'serial-not-newer'
  | 'serial-invalid'
  | 'name-invalid'
  | 'journal-damaged'
  | 'journal-closed'
  | 'zone-unknown'
  | 'zone-twice'
  | 'key-invalid'
  | 'key-twice'
  | 'secondary-invalid'
  | 'policy-invalid'
  | 'settings-invalid';

export class RpzError extends Error {
  override name = 'RpzError';
  readonly code: RpzFault;

  constructor(code: RpzFault, message: string) {
    super(message);
    this.code = code;
  }
}
