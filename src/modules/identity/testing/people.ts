import { transaction } from '../../../platform/db.ts';
import { uuidv7 } from '../../../platform/ids.ts';
import type { TestPlatform } from '../../../platform/testkit/index.ts';
import type { Identity } from '../index.ts';
import { createLinks } from '../links.ts';
import type { Role } from '../roles.ts';

/** One more person of a role than the demonstration has, with a link that signs in; needs `SALAMA_DEMO`. */
export async function addPerson(
  platform: TestPlatform,
  identity: Identity,
  name: string,
  role: Role,
): Promise<{ id: string; url: string }> {
  const id = uuidv7(platform.clock, platform.random);
  const [organisation] = await identity.listOrganisations();
  if (!organisation) throw new Error('there is no organisation yet');
  return transaction(platform.db, async (tx) => {
    const email = `${name}@e-salama.example`;
    const person = { name, email, lang: 'fr' as const, roles: [role], organisationId: organisation.id };
    await identity.directory.insertAccount(tx, 'system', id, person, 'active');
    return { id, url: await createLinks(platform).issue(tx, 'demo', id) };
  });
}
