export { createAuthority } from '../certificates.ts';
export { CORPUS_VANTAGES, type CorpusCase, readCorpus } from './format.ts';
export { CORPUS_NETWORKS, stageCase, VANTAGE_ADDRESS } from './serve.ts';
