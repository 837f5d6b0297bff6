import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';

/** Posts JSON with the form token; a refusal throws its sentence. */
async function post(url: string, csrf: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(String(json.title));
  return json;
}

/** One box with a button: signs in by passkey, or adds one. Its texts and addresses come from the page. */
function start(box: HTMLElement): void {
  const button = box.querySelector('button');
  const said = box.querySelector<HTMLElement>('[role=alert]');
  const { mode, url = '', csrf = '', cancelled = '', unsupported = '' } = box.dataset;
  if (!button || !said) return;
  for (const part of box.querySelectorAll<HTMLElement>('[data-with-script]')) part.hidden = false;
  for (const part of box.querySelectorAll<HTMLElement>('[data-without-script]')) part.hidden = true;
  if (!browserSupportsWebAuthn()) {
    button.disabled = true;
    said.textContent = unsupported;
    return;
  }
  const ask = async (): Promise<void> => {
    const options = await post(`${url}/options`, csrf, {});
    const response =
      mode === 'register'
        ? await startRegistration({ optionsJSON: options as Parameters<typeof startRegistration>[0]['optionsJSON'] })
        : await startAuthentication({
            optionsJSON: options as Parameters<typeof startAuthentication>[0]['optionsJSON'],
          });
    const device = box.querySelector<HTMLInputElement>('input[name=device]')?.value ?? '';
    const next = box.dataset.next ?? '';
    const done = (await post(url, csrf, { response, device, next })) as { next: string };
    location.assign(done.next);
  };
  button.addEventListener('click', () => {
    button.disabled = true;
    said.textContent = '';
    ask().catch((error: unknown) => {
      // The browser's own errors (closed, timed out, no passkey here) are not sentences for people.
      const byDevice = error instanceof DOMException || (error instanceof Error && error.name !== 'Error');
      said.textContent = byDevice ? cancelled : (error as Error).message;
      button.disabled = false;
    });
  });
}

for (const box of document.querySelectorAll<HTMLElement>('[data-island="passkey"]')) start(box);
