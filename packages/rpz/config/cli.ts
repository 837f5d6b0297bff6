import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { RpzError } from '../errors.ts';
import { examineConfig } from './doctor.ts';
import { generateConfig } from './generate.ts';
import { NOTES, type ResolverSettings, SOFTWARE, type Software } from './settings.ts';

const USAGE = `config SOFTWARE SETTINGS.json      files for a provider's resolver, on standard output
doctor SOFTWARE FILE ZONE...       what is wrong with the configuration in the file
SOFTWARE: ${SOFTWARE.join(', ')}
`;

export interface CliOutput {
  out(text: string): void;
  err(text: string): void;
}

/**
 * The command line of the generator and the doctor, to be put under a command of the house.
 * @returns exit code: 0 fine, 1 something is wrong with the configuration, 2 not understood
 */
export async function runCli(args: readonly string[], { out, err }: CliOutput): Promise<number> {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const [command, name, file, ...zones] = positionals;
    const software = SOFTWARE.find((s): s is Software => s === name);
    if (!software || !file || (command !== 'config' && command !== 'doctor')) {
      err(USAGE);
      return 2;
    }
    const text = await readFile(file, 'utf8');
    if (command === 'config') {
      const { files, notes } = generateConfig(software, JSON.parse(text) as ResolverSettings);
      for (const made of files) out(`==> ${made.name}\n${made.text}\n`);
      for (const note of notes) err(`${NOTES[note]}\n`);
      return 0;
    }
    const found = examineConfig(software, text, zones);
    for (const { code, severity, about } of found) out(`${severity}\t${code}${about ? `\t${about}` : ''}\n`);
    return found.some((f) => f.severity === 'wrong') ? 1 : 0;
  } catch (error) {
    const expected = error instanceof RpzError || error instanceof SyntaxError || error instanceof TypeError;
    if (!expected && (error as NodeJS.ErrnoException).code === undefined) throw error;
    err(`${(error as Error).message}\n`);
    return 2;
  }
}
