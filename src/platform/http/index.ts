export { problem } from './errors.tsx';
export { field } from './form.ts';
export { type Page, sendPage } from './page.tsx';
export { BODY_LIMIT, buildServer, type ServerOptions } from './server.ts';
export { CSRF_FAILED } from './session-cookie.ts';
