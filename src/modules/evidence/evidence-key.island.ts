import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';

const LEAST = 12;

/**
 * Makes an opener's key in this browser. The private half is wrapped by the passphrase before anything is sent; neither
 * the passphrase nor the bare key ever leaves this page.
 */
function start(box: HTMLElement): void {
  const form = box.querySelector('form');
  const status = box.querySelector<HTMLElement>('[data-status]');
  if (!form || !status) return;
  for (const part of box.querySelectorAll<HTMLElement>('[data-with-script]')) part.hidden = false;
  for (const part of box.querySelectorAll<HTMLElement>('[data-without-script]')) part.hidden = true;
  const { url = '', short = '', differ = '', working = '', failed = '' } = box.dataset;

  async function make(label: string, passphrase: string, csrf: string): Promise<void> {
    const identity = await generateX25519Identity();
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    const wrapped = armor.encode(await encrypter.encrypt(`${identity}\n`));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'x-csrf-token': csrf },
      body: JSON.stringify({ label, recipient: await identityToRecipient(identity), wrapped }),
    });
    const json = (await answer.json()) as { next?: string; title?: string };
    if (!answer.ok || !json.next) throw new Error(json.title ?? failed);
    location.assign(json.next);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const value = (name: string) => String(data.get(name) ?? '');
    const passphrase = value('passphrase');
    if (passphrase.length < LEAST) status.textContent = short;
    else if (passphrase !== value('again')) status.textContent = differ;
    else {
      status.textContent = working;
      make(value('label'), passphrase, value('_csrf')).catch((error: unknown) => {
        status.textContent = error instanceof Error && error.name === 'Error' ? error.message : failed;
      });
    }
  });
}

for (const box of document.querySelectorAll<HTMLElement>('[data-island="evidence-key"]')) start(box);
