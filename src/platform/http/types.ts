import type { Lang, Translator } from '../i18n/index.ts';
import type { ShellData } from '../ui/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    lang: Lang;
    tr: Translator;
    csrfToken: string;
    cspNonce: string;
    shellData: ShellData;
  }
  interface FastifyContextConfig {
    /** Machine interfaces and one-click provider answers carry their own proof instead of the form token. */
    csrf?: 'exempt';
    /** Answers errors as problem+json (RFC 9457) instead of a page. */
    problem?: boolean;
  }
}
