export { encryptTo, isRecipient } from './age.ts';
export { type ManifestPart, manifestText, packageFiles, partOf, sha256 } from './package.ts';
<<<<<<< HEAD
export { type TimeStamp, type TimeStampResult, timeStamp } from './timestamp.ts';
=======
>>>>>>> e9cd09b (Say who referrals go to as country data, and what can happen to one as one table)
export { type ZipEntry, zip } from './zip.ts';
