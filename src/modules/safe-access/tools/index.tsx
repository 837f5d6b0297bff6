import type { FastifyInstance } from 'fastify';
import { sendPage } from '../../../platform/http/index.ts';
import { LANGS } from '../../../platform/i18n/index.ts';
import {
  type Country,
  type ProtectiveTool,
  TOOL_AGES,
  TOOL_DEVICES,
  type ToolAge,
  type ToolDevice,
} from '../../country/index.ts';
import { ToolsPage } from './tools-page.tsx';

/** Tools for a device and an age; undefined is any. Pure. */
export const toolsFor = (
  tools: readonly ProtectiveTool[],
  device: ToolDevice | undefined,
  age: ToolAge | undefined,
): ProtectiveTool[] =>
  tools.filter(
    (t) => (device === undefined || t.devices.includes(device)) && (age === undefined || t.ages.includes(age)),
  );

/** `/{lang}/tools`: what protects, by device and age. Public, the same for everybody; nothing of a choice is kept. */
export function toolsRoutes({ country }: { country: Country }) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const lang of LANGS)
      app.get(`/${lang}/tools`, async (req, reply) => {
        const asked = req.query as { device?: unknown; age?: unknown };
        const device = TOOL_DEVICES.find((d) => d === asked.device);
        const age = TOOL_AGES.find((a) => a === asked.age);
        const body = <ToolsPage tools={toolsFor(country.tools(), device, age)} device={device} age={age} />;
        const title = req.tr.t('safe-access.tools.title');
        return sendPage(req, reply, { title, shell: 'public', path: '/tools', body });
      });
  };
}
