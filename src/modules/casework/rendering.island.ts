/**
 * Fetches the picture of a reported page, shows it blurred and grey, and makes it clear for a few seconds on request.
 * How long it really was clear is counted on the server. The picture lives in this page's memory only.
 */
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island="rendering"]')) {
  const frame = form.querySelector<HTMLElement>('[data-frame]');
  const status = form.querySelector<HTMLElement>('[data-status]');
  const button = form.querySelector<HTMLButtonElement>('button');
  const label = button?.querySelector('span');
  const csrf = form.querySelector<HTMLInputElement>('input[name="_csrf"]')?.value ?? '';
  if (!frame || !status || !button || !label) continue;
  const blurred = (form.dataset.blurred ?? '').split(' ');
  const { exposure = '', alt = '', loading = '', failed = '', show = '', hide = '' } = form.dataset;
  const clearMs = Number(form.dataset.clearMs);
  const post = (url: string, body: Record<string, string>, accept: string) =>
    fetch(url, {
      method: 'POST',
      headers: { accept, 'x-csrf-token': csrf },
      body: new URLSearchParams(body),
      keepalive: true,
    });

  let picture: HTMLImageElement | undefined;
  let clearSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const blur = () => {
    clearTimeout(timer);
    picture?.classList.add(...blurred);
    label.textContent = show;
    if (clearSince === undefined) return;
    const ms = Math.max(1, Math.round(performance.now() - clearSince));
    clearSince = undefined;
    post(exposure, { ms: String(ms) }, 'application/json').catch(() => {
      status.textContent = failed;
    });
  };
  const clear = () => {
    picture?.classList.remove(...blurred);
    label.textContent = hide;
    clearSince = performance.now();
    timer = setTimeout(blur, clearMs);
  };

  const load = async () => {
    button.disabled = true;
    status.textContent = loading;
    try {
      const leave = form.querySelector<HTMLInputElement>('input[name="leave"]')?.checked ? 'yes' : '';
      const answer = await post(form.action, { leave }, 'image/png');
      if (answer.headers.get('content-type') !== 'image/png') {
        status.textContent = answer.headers.get('content-type')?.startsWith('text/plain')
          ? await answer.text()
          : failed;
        return;
      }
      const image = new Image();
      image.alt = alt;
      image.draggable = false;
      image.className = `${form.dataset.picture} ${form.dataset.blurred}`;
      image.src = URL.createObjectURL(await answer.blob());
      await image.decode();
      URL.revokeObjectURL(image.src);
      picture = image;
      frame.prepend(image);
      label.textContent = show;
      status.textContent = decodeURIComponent(answer.headers.get('x-final-host') ?? '');
    } catch {
      status.textContent = failed;
    } finally {
      button.disabled = false;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!picture) void load();
    else if (clearSince === undefined) clear();
    else blur();
  });
  // Nobody looks any more: another tab, another window, Escape.
  document.addEventListener('visibilitychange', () => document.hidden && clearSince !== undefined && blur());
  window.addEventListener('pagehide', () => clearSince !== undefined && blur());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && clearSince !== undefined) blur();
  });
}
