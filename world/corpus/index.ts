export { createAuthority } from '../certificates.ts';
export { CORPUS_VANTAGES, readCorpus } from './format.ts';
export { CORPUS_NETWORKS, stageCase, VANTAGE_ADDRESS } from './serve.ts';
