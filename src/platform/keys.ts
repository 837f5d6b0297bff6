import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { systemRandom } from './random.ts';

const key32 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'a 32-byte key in base64');
const keyFile = z.object({
  version: z.literal(1),
  /** Newest last; older ones only open what they once wrapped. */
  masters: z.array(z.object({ id: z.number().int().min(1).max(65535), key: key32 })).min(1),
  receipt: key32,
  index: key32,
  token: key32,
  /** Ed25519, PKCS #8 PEM: signs the published head of the audit chain. */
  signing: z.string(),
});
type KeyFile = z.infer<typeof keyFile>;

const NONCE = 12;
const TAG = 16;

// Keys are KeyObjects: handed over as bytes, Node looks at each for five times as long as it encrypts (measured: bench/intake).
function sealWith(key: KeyObject, plain: Buffer, aad: string): Buffer {
  const nonce = systemRandom.bytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(aad));
  const body = cipher.update(plain);
  // In this mode the last block holds nothing; it has to be asked for before the tag is there.
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

function openWith(key: KeyObject, box: Buffer, aad: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE)).setAAD(Buffer.from(aad));
  decipher.setAuthTag(box.subarray(box.length - TAG));
  return Buffer.concat([decipher.update(box.subarray(NONCE, box.length - TAG)), decipher.final()]);
}

/** The data key of one record. Each field is sealed with its name as associated data, so boxes can't be swapped. */
export class RecordKey {
  readonly #key: KeyObject;
  readonly #context: string;

  constructor(key: Buffer, context: string) {
    this.#key = createSecretKey(key);
    this.#context = context;
  }

  seal(value: string | Buffer, field: string): Buffer {
    return sealWith(
      this.#key,
      typeof value === 'string' ? Buffer.from(value, 'utf8') : value,
      `${this.#context}#${field}`,
    );
  }

  open(box: Buffer, field: string): Buffer {
    return openWith(this.#key, box, `${this.#context}#${field}`);
  }

  openText(box: Buffer, field: string): string {
    return this.open(box, field).toString('utf8');
  }
}

export interface Keyring {
  /** Number of the master key that wraps from now on. */
  readonly newestMaster: number;
  /** A fresh data key for one record; `context` is `<table>:<id>`. Store `wrapped` in the record's `data_key` column. */
  newRecordKey(context: string): { wrapped: Buffer; key: RecordKey };
  openRecordKey(wrapped: Buffer, context: string): RecordKey;
  /** Wraps a data key again under the newest master key; undefined when it already is. */
  rewrap(wrapped: Buffer, context: string): Buffer | undefined;
  /** HMAC-SHA-256 of the 16 digits under a key outside the database. */
  receiptHash(digits: string): Buffer;
  /** Keyed index of an account name, for look-up without storing it in clear. */
  accountIndex(value: string): Buffer;
  /** A MAC over `value` for links and forms, base64url; `purpose` keeps uses apart. */
  token(purpose: string, value: string): string;
  verifyToken(purpose: string, value: string, token: string): boolean;
  /** Ed25519 signature (RFC 8032). */
  signHead(data: Buffer): Buffer;
  readonly publicKeyPem: string;
  /** An Ed25519 key of its own for one purpose, derived from the signing key: what one key signs, no other does. */
  signer(purpose: string): { sign(data: Buffer): Buffer; readonly publicKeyPem: string };
}

/** Before the 32 bytes of an Ed25519 seed: PKCS #8 (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

function createKeyring(file: KeyFile): Keyring {
  const secret = (base64: string) => createSecretKey(base64, 'base64');
  const masters = new Map(file.masters.map((m) => [m.id, secret(m.key)]));
  const newest = file.masters.at(-1) as KeyFile['masters'][number];
  const newestKey = secret(newest.key);
  const receipt = secret(file.receipt);
  const index = secret(file.index);
  const tokenKey = secret(file.token);
  const signing: KeyObject = createPrivateKey(file.signing);
  const purposeKeys = new Map<string, KeyObject>();
  const purposeKey = (purpose: string) => {
    let key = purposeKeys.get(purpose);
    if (!key) {
      key = createSecretKey(Buffer.from(hkdfSync('sha256', tokenKey, Buffer.alloc(0), `e-salama/${purpose}`, 32)));
      purposeKeys.set(purpose, key);
    }
    return key;
  };
  const wrap = (data: Buffer, context: string) => {
    const id = Buffer.alloc(2);
    id.writeUInt16BE(newest.id);
    return Buffer.concat([id, sealWith(newestKey, data, `key:${context}`)]);
  };
  const unwrap = (wrapped: Buffer, context: string) => {
    const master = masters.get(wrapped.readUInt16BE(0));
    if (!master) throw new Error(`no master key ${wrapped.readUInt16BE(0)} in the key file`);
    return openWith(master, wrapped.subarray(2), `key:${context}`);
  };
  return {
    newestMaster: newest.id,
    newRecordKey(context) {
      const data = systemRandom.bytes(32);
      return { wrapped: wrap(data, context), key: new RecordKey(data, context) };
    },
    openRecordKey: (wrapped, context) => new RecordKey(unwrap(wrapped, context), context),
    rewrap: (wrapped, context) =>
      wrapped.readUInt16BE(0) === newest.id ? undefined : wrap(unwrap(wrapped, context), context),
    receiptHash: (digits) => createHmac('sha256', receipt).update(digits).digest(),
    accountIndex: (value) => createHmac('sha256', index).update(value).digest(),
    token: (purpose, value) => createHmac('sha256', purposeKey(purpose)).update(value).digest('base64url'),
    verifyToken(purpose, value, token) {
      const want = createHmac('sha256', purposeKey(purpose)).update(value).digest();
      const have = Buffer.from(token, 'base64url');
      return have.length === want.length && timingSafeEqual(have, want);
    },
    signHead: (data) => sign(null, data, signing),
    publicKeyPem: createPublicKey(signing).export({ type: 'spki', format: 'pem' }).toString(),
    signer(purpose) {
      const root = signing.export({ type: 'pkcs8', format: 'der' }).subarray(PKCS8_ED25519.length);
      const seed = Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `e-salama/sign/${purpose}`, 32));
      const der = Buffer.concat([PKCS8_ED25519, seed]);
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      return {
        sign: (data) => sign(null, data, key),
        publicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      };
    },
  };
}

function newKeyFile(): KeyFile {
  const k = () => randomBytes(32).toString('base64');
  return {
    version: 1,
    masters: [{ id: 1, key: k() }],
    receipt: k(),
    index: k(),
    token: k(),
    signing: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const keyPath = (stateDir: string) => path.join(stateDir, 'keys', 'master.json');

function writeKeyFile(target: string, file: KeyFile, exclusive: boolean): void {
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flush: true });
  try {
    // link() fails when the target exists: two first starts at once agree on one file.
    if (exclusive) linkSync(temporary, target);
    // rename() replaces it whole: a crash in the middle of a rotation must not cost every key there is.
    else renameSync(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  chmodSync(target, 0o600);
}

/** Opens `<state>/keys/master.json`, making it on the first start. The file is outside every backup. */
export function openKeyring(stateDir: string): Keyring {
  const target = keyPath(stateDir);
  if (!existsSync(target)) {
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    writeKeyFile(target, newKeyFile(), true);
  }
  return createKeyring(keyFile.parse(JSON.parse(readFileSync(target, 'utf8'))));
}

/** Adds a new master key; records are re-wrapped afterwards by `salama keys rotate`. Returns its id. */
export function addMasterKey(stateDir: string): number {
  const file = keyFile.parse(JSON.parse(readFileSync(keyPath(stateDir), 'utf8')));
  const id = Math.max(...file.masters.map((m) => m.id)) + 1;
  file.masters.push({ id, key: randomBytes(32).toString('base64') });
  writeKeyFile(keyPath(stateDir), file, false);
  return id;
}

/** A keyring that lives in memory only; for tests. */
export function ephemeralKeyring(): Keyring {
  return createKeyring(newKeyFile());
}
