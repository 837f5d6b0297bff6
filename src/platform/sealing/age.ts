import { Encrypter } from 'age-encryption';

/** An age recipient of the X25519 kind (age-encryption.org/v1), as people hand it over. */
export const AGE_RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;

/** Whether this text is a recipient that can be encrypted to: its checksum is right, too. */
export function isRecipient(text: string): boolean {
  if (!AGE_RECIPIENT.test(text)) return false;
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Encrypts for the holders of these keys and for nobody else, ourselves included. Throws without a recipient: a file
 * that nobody can open would be no evidence.
 */
export async function encryptTo(recipients: readonly string[], plain: Buffer): Promise<Buffer> {
  if (recipients.length === 0) throw new Error('nobody to encrypt to');
  const encrypter = new Encrypter();
  for (const recipient of new Set(recipients)) encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(new Uint8Array(plain)));
}
