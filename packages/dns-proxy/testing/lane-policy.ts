import type { MessagePort } from 'node:worker_threads';
import { type ReaderLink, TableReader } from '../../dns-table/index.ts';
import type { Policy, PolicyFactory } from '../policy.ts';
import { BLOCK, FORWARD, text } from './scene.ts';

/** For tests: blocks what a shared table says, and does what some names ask for. */
const factory: PolicyFactory = (link): Policy => {
  const { closing, ...table } = link as ReaderLink & { closing?: MessagePort };
  const reader = new TableReader(table);
  return {
    decide(question) {
      if (text(question) === 'die.example') setImmediate(() => process.exit(3));
      return reader.lookup(question.packet, question.name)?.action === 'block' ? BLOCK : FORWARD;
    },
    close: () => closing?.postMessage('closed'),
  };
};
export default factory;
