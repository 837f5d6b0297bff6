import { type ReaderLink, TableReader } from '../../dns-table/index.ts';
import type { Policy, PolicyFactory } from '../policy.ts';
import { BLOCK, FORWARD, text } from './scene.ts';

/** For tests: blocks what a shared table says, and does what some names ask for. */
const factory: PolicyFactory = (link): Policy => {
  const reader = new TableReader(link as ReaderLink);
  return {
    decide(question) {
      if (text(question) === 'die.example') setImmediate(() => process.exit(3));
      return reader.lookup(question.packet, question.name)?.action === 'block' ? BLOCK : FORWARD;
    },
  };
};
export default factory;
