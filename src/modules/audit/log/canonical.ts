export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/**
 * JSON in one and only one spelling (RFC 8785): members sorted by UTF-16 code units, no white space, numbers and strings
 * as ECMAScript writes them. What is hashed must not depend on who wrote it down.
 *
 * @throws TypeError for what JSON cannot say: undefined, NaN, infinities, lone surrogates
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`);
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
      const members = Object.keys(value)
        .sort()
        .map((key) => `${canonicalJson(key)}:${canonicalJson(value[key] as JsonValue)}`);
      return `{${members.join(',')}}`;
    }
    default:
      throw new TypeError(`${typeof value} has no canonical form`);
  }
}
