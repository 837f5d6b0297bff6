/*
 * Reads an opened package: in the browser of whoever opened it, and in tests. No Node in here.
 */

/** The files of a ZIP whose entries are stored (APPNOTE 6.3 §4.3), as ours are. Throws on any other. */
export function readStoredZip(zip: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error('not a package');
  const files = new Map<string, Uint8Array>();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== 0x02014b50 || view.getUint16(at + 10, true) !== 0)
      throw new Error('not our package');
    const size = view.getUint32(at + 20, true);
    const name = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const path = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + name));
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.set(path, zip.subarray(from, from + size));
    at += 46 + name + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

const hex = (data: ArrayBuffer) => [...new Uint8Array(data)].map((b) => b.toString(16).padStart(2, '0')).join('');
/** A view over memory of its own: what WebCrypto takes everywhere. */
const own = (data: Uint8Array) => new Uint8Array(data);

export async function sha256Hex(data: Uint8Array): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', own(data)));
}

/** Paths of listed files that are missing or have another digest, and of files that are not listed. */
export async function checkSums(files: ReadonlyMap<string, Uint8Array>): Promise<string[]> {
  const list = new TextDecoder().decode(files.get('SHA256SUMS') ?? new Uint8Array());
  const listed = new Map<string, string>();
  for (const line of list.split('\n').filter(Boolean)) {
    const found = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    if (!found) return ['SHA256SUMS'];
    listed.set(found[2] as string, found[1] as string);
  }
  if (!listed.has('manifest.json')) return ['SHA256SUMS'];
  const bad: string[] = [];
  for (const [path, digest] of listed) {
    const data = files.get(path);
    if (!data || (await sha256Hex(data)) !== digest) bad.push(path);
  }
  for (const path of files.keys()) if (!listed.has(path) && !/^SHA256SUMS(\.sig)?$/.test(path)) bad.push(path);
  return bad;
}

/** Whether both signatures hold under this key; undefined where the browser knows no Ed25519. */
export async function checkSignatures(
  files: ReadonlyMap<string, Uint8Array>,
  publicKeyPem: string,
): Promise<boolean | undefined> {
  const der = Uint8Array.from(atob(publicKeyPem.replace(/-----[^-]+-----|\s/g, '')), (c) => c.charCodeAt(0));
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('spki', der, { name: 'Ed25519' }, false, ['verify']);
  } catch {
    return undefined;
  }
  for (const [path, signature] of [
    ['SHA256SUMS', 'SHA256SUMS.sig'],
    ['manifest.json', 'manifest.sig'],
  ] as const) {
    const data = files.get(path);
    const sig = files.get(signature);
    if (!data || !sig || !(await crypto.subtle.verify('Ed25519', key, own(sig), own(data)))) return false;
  }
  return true;
}
