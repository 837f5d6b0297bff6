import { armor, Decrypter } from 'age-encryption';
import { checkSignatures, checkSums, readStoredZip, sha256Hex } from './open/package-reader.ts';

/**
 * Opens a sealed package in this browser: unwraps the private key with its passphrase, decrypts, checks every hash and
 * both signatures, and shows the picture blurred and grey. Nothing of it leaves this page's memory, and it goes after
 * ten minutes or when the page is left.
 */
function start(box: HTMLElement): void {
  const form = box.querySelector('form') ?? undefined;
  const said = box.querySelector<HTMLElement>('[data-status]') ?? undefined;
  const place = box.querySelector<HTMLElement>('[data-opened]') ?? undefined;
  if (form && said && place) open(box, form, said, place);
}

function open(box: HTMLElement, form: HTMLFormElement, status: HTMLElement, opened: HTMLElement): void {
  for (const part of box.querySelectorAll<HTMLElement>('[data-with-script]')) part.hidden = false;
  for (const part of box.querySelectorAll<HTMLElement>('[data-without-script]')) part.hidden = true;
  const {
    url = '',
    manifest = '',
    publicKey = '',
    classPicture = '',
    classBlurred = '',
    classWords = '',
  } = box.dataset;
  const say = JSON.parse(box.dataset.say ?? '{}') as Record<string, string>;
  const keys = JSON.parse(box.dataset.keys ?? '[]') as { id: string; wrapped: string }[];
  const csrf = form.querySelector<HTMLInputElement>('input[name="_csrf"]')?.value ?? '';
  const post = (path: string, body: Record<string, string>) =>
    fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'x-csrf-token': csrf, accept: 'application/octet-stream, application/json' },
      body: new URLSearchParams(body),
      keepalive: path === 'look',
    });

  let close = () => {};
  const text = (data: Uint8Array | undefined) => new TextDecoder().decode(data ?? new Uint8Array());
  const section = (title: string, ...inside: Node[]) => {
    const heading = document.createElement('h3');
    heading.textContent = title;
    opened.append(heading, ...inside);
  };
  const words = (content: string) => {
    const pre = document.createElement('pre');
    pre.className = classWords;
    pre.dir = 'auto';
    pre.tabIndex = 0;
    pre.textContent = content;
    return pre;
  };

  /** The picture, and what makes it clear for a few seconds. Returns what blurs it. */
  function picture(data: Uint8Array): () => void {
    const image = new Image();
    image.alt = say.alt ?? '';
    image.draggable = false;
    image.className = `${classPicture} ${classBlurred}`;
    const address = URL.createObjectURL(new Blob([new Uint8Array(data)], { type: 'image/png' }));
    image.src = address;
    image.addEventListener('load', () => URL.revokeObjectURL(address), { once: true });
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-secondary';
    button.textContent = say.clear ?? '';
    const blurred = classBlurred.split(' ');
    let since: number | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const blur = () => {
      clearTimeout(timer);
      image.classList.add(...blurred);
      button.textContent = say.clear ?? '';
      if (since === undefined) return;
      const ms = Math.max(1, Math.round(performance.now() - since));
      since = undefined;
      post('look', { ms: String(ms) }).catch(() => undefined);
    };
    button.addEventListener('click', () => {
      if (since !== undefined) return blur();
      image.classList.remove(...blurred);
      button.textContent = say.blur ?? '';
      since = performance.now();
      timer = setTimeout(blur, Number(box.dataset.clearMs));
    });
    section(say.picture ?? '', button, image);
    return blur;
  }

  async function unseal(id: string, passphrase: string): Promise<void> {
    const wrapped = keys.find((k) => k.id === id)?.wrapped ?? '';
    const unwrap = new Decrypter();
    unwrap.addPassphrase(passphrase);
    const identity = await unwrap.decrypt(armor.decode(wrapped), 'text').catch(() => undefined);
    if (identity === undefined) {
      status.textContent = say.wrong ?? '';
      return;
    }
    const answer = await post('open', { key: id });
    if (!answer.ok) throw new Error(String(answer.status));
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.trim());
    const files = readStoredZip(await decrypter.decrypt(new Uint8Array(await answer.arrayBuffer())));
    const bad = await checkSums(files);
    const about = files.get('manifest.json') ?? new Uint8Array();
    if ((await sha256Hex(about)) !== manifest) bad.push('manifest.json');
    const signed = await checkSignatures(files, publicKey);
    if (signed === false) bad.push('SHA256SUMS.sig');
    status.textContent = bad.length > 0 ? `${say.bad} ${bad.join(', ')}` : ((signed ? say.good : say.unsigned) ?? '');
    const png = files.get('parts/page.png');
    const blur = png ? picture(png) : () => {};
    section(say.words ?? '', words(text(files.get('parts/page.txt'))));
    section(say.headers ?? '', words(text(files.get('parts/headers.json'))));
    section(say.manifest ?? '', words(text(about)));
    const timer = setTimeout(() => close(), Number(box.dataset.openMs));
    close = () => {
      clearTimeout(timer);
      blur();
      opened.replaceChildren();
      status.textContent = say.closed ?? '';
      form.hidden = false;
      close = () => {};
    };
    document.addEventListener('visibilitychange', () => document.hidden && blur());
    form.hidden = true;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const button = form.querySelector('button');
    if (button) button.disabled = true;
    status.textContent = say.opening ?? '';
    unseal(String(data.get('key')), String(data.get('passphrase')))
      .catch(() => {
        status.textContent = say.failed ?? '';
      })
      .finally(() => {
        form.reset();
        if (button) button.disabled = false;
      });
  });
  window.addEventListener('pagehide', () => close());
}

for (const box of document.querySelectorAll<HTMLElement>('[data-island="evidence-open"]')) start(box);
