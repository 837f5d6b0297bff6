/** Why a table refused to do something. The message names the file or the name, never a rule's content beyond that. */
export class DnsTableError extends Error {
  readonly code: 'name' | 'rule' | 'torn' | 'corrupt' | 'foreign' | 'io' | 'readers' | 'closed' | 'size';

  constructor(code: DnsTableError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DnsTableError';
    this.code = code;
  }
}
