/** What an application interface says of itself, beside what it carries. */
export interface JsonSays {
  /** All strings, one a line. */
  text: string;
  /** What it says about the request: `message`, `error`, `reason` and such. */
  said: string[];
  /** A status that stands in the body, 400 to 599. */
  status?: number;
}

const SPEAKS =
  /^(message|msg|error|errors|error_?(message|description|code)|reason|detail|details|description|title|status|state|info|notice|erreur|raison|motif)$/i;
const STATUS = /^(status|code|status_?code|http_?(status|code)|error_?code|errno)$/i;
const MAX_DEPTH = 6;
const MAX_STRINGS = 500;

/** Reads a body as JSON; undefined when it is none. */
export function readJson(body: string): JsonSays | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const out: JsonSays = { text: '', said: [] };
  const strings: string[] = [];
  const walk = (node: unknown, key: string, depth: number): void => {
    if (depth > MAX_DEPTH || strings.length >= MAX_STRINGS) return;
    if (typeof node === 'string') {
      strings.push(node);
      // Machine words: `not_found`, `PostNotFound`.
      if (SPEAKS.test(key)) out.said.push(node.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' '));
    }
    if ((typeof node === 'number' || typeof node === 'string') && STATUS.test(key) && depth <= 2) {
      const status = Number(node);
      if (Number.isInteger(status) && status >= 400 && status < 600) out.status ??= status;
    }
    if (Array.isArray(node)) for (const each of node) walk(each, key, depth + 1);
    else if (typeof node === 'object' && node !== null)
      for (const [name, each] of Object.entries(node)) walk(each, name, depth + 1);
  };
  walk(value, '', 0);
  out.text = strings.join('\n');
  return out;
}
