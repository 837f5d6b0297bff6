import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ZonesSettings } from '../../../platform/zones-config.ts';

type Files = Pick<NonNullable<ZonesSettings['tls']>, 'certFile' | 'keyFile' | 'clientCaFile'>;

export interface Certificate {
  cert: string;
  key: string;
  clientCa?: string;
}

/** @throws the system's errors, and Node's when key and certificate do not belong together */
function read({ certFile, keyFile, clientCaFile }: Files): Certificate {
  const cert = readFileSync(certFile, 'utf8');
  const key = readFileSync(keyFile, 'utf8');
  const clientCa = clientCaFile ? readFileSync(clientCaFile, 'utf8') : undefined;
  createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) });
  return { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
}

/** What tells that a file is not the one of before; links are followed, as tools that renew certificates make them. */
function stamp({ certFile, keyFile, clientCaFile }: Files): string {
  return [certFile, keyFile, clientCaFile]
    .map((file) => {
      if (!file) return '';
      const { ino, size, mtimeMs } = statSync(file);
      return `${ino} ${size} ${mtimeMs}`;
    })
    .join();
}

/** The certificate of transfers over TLS, and its successors: whoever renews it need not start anything anew. */
export class CertificateFiles {
  readonly #files: Files;
  #stamp: string;
  #said = '';
  /** The one that was read last and is whole. */
  current: Certificate;

  /** @throws as long as there is none that can be used */
  constructor(files: Files) {
    this.#files = files;
    this.#stamp = stamp(files);
    this.current = read(files);
  }

  /** When it ends. */
  get until(): Date {
    return new Date(new X509Certificate(this.current.cert).validTo);
  }

  /**
   * Looks whether the files have changed. They come one after the other: as long as they do not belong together the old ones
   * count, and it is tried again.
   * @param trouble told once of each trouble
   * @returns whether there is a new one
   */
  look(trouble: (error: unknown) => void): boolean {
    try {
      const now = stamp(this.#files);
      if (now === this.#stamp) return false;
      this.current = read(this.#files);
      this.#stamp = now;
      this.#said = '';
      return true;
    } catch (error) {
      if (this.#said !== String(error)) trouble(error);
      this.#said = String(error);
      return false;
    }
  }
}
