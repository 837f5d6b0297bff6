import { startPostgres } from './index.ts';

// A process of its own that owns a database until it is killed: prints the postmaster's pid and stays.
const postgres = await startPostgres({ stateDir: process.argv[2] ?? '', log: () => {} });
process.stdout.write(`${postgres.pid()}\n`);
setInterval(() => {}, 60_000);
