export { type AccountFault, type NormalisedAccount, normaliseAccount } from './account.ts';
export { extractUrls } from './extract.ts';
export { isPrivateHost } from './host.ts';
export { personalParts } from './personal.ts';
export {
  dropCredentials,
  MAX_URL_LENGTH,
  type NormalisedUrl,
  normaliseUrl,
  type UrlFault,
  type UrlOptions,
} from './url.ts';
