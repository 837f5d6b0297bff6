export { encryptTo, isRecipient } from './age.ts';
export { type ManifestPart, manifestText, packageFiles, partOf, sha256 } from './package.ts';
export { type TimeStamp, type TimeStampResult, timeStamp } from './timestamp.ts';
export { type ZipEntry, zip } from './zip.ts';
