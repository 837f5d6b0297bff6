import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from './platform/config.ts';
import { AppError } from './platform/errors.ts';
import { isPortFault, sentenceFor } from './start-fault.ts';
import { ConfigRefused, EX_CONFIG, EX_DATAERR, PortTaken } from './supervise-child.ts';

const HELP = `e-Salama
  npm start                          everything on this machine, at http://localhost:8080
  npm start -- --demo                the same beside a small made-up Internet, with sample reports and staff links
  npm start -- --role web,worker     only these roles (several processes need DATABASE_URL)
Settings are environment variables: see docs/operate.md.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string', multiple: true },
      demo: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: false,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const env = { ...process.env };
  if (values.role) env.SALAMA_ROLES = values.role.join(',');
  if (values.demo) env.SALAMA_DEMO = '1';
  const config = loadConfig(env);
  // Loaded by whom they concern only: the root of the tree starts the database before its children read the programme.
  if (process.env.SALAMA_CHILD && config.roles.join() === 'dns') await (await import('./run-dns.ts')).runDns(config);
  else if (process.env.SALAMA_CHILD && config.roles.join() === 'zones')
    await (await import('./run-zones.ts')).runZones(config);
  else if (process.env.SALAMA_CHILD) await (await import('./run-roles.ts')).runRoles(config);
  else await (await import('./supervise.ts')).supervise(config, env);
}

/** By name for the country pack: its module is the children's, and the root of the tree loads none. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof ConfigError ||
  error instanceof ConfigRefused ||
  (error instanceof Error && error.name === 'PackError');

main().catch((error: unknown) => {
  const said = sentenceFor(error);
  if (isRefusal(error) || error instanceof PortTaken) process.stderr.write(`${error.message}\n`);
  else if (said) process.stderr.write(`${said}\n`);
  else if (error instanceof AppError)
    process.stderr.write(`${error.code}: ${String(error.cause ?? error.params.reason ?? '')}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  const port = error instanceof PortTaken || isPortFault(error);
  process.exit(isRefusal(error) ? EX_CONFIG : port ? EX_DATAERR : 1);
});
