/**
 * Leaves at once: on the button, or on Shift three times within five seconds. The page is blanked before the next one
 * loads, its history entry is replaced, and what this site keeps in the browser is cleared. Earlier entries of the
 * history can't be removed by any site; the closing page says so.
 */
const WITHIN_MS = 5000;
const link = document.querySelector<HTMLAnchorElement>('a[data-island="quick-exit"]');
const status = document.getElementById('quick-exit-status');

function leave(target: string): void {
  document.title = ' ';
  document.body.replaceChildren();
  for (const store of ['sessionStorage', 'localStorage'] as const) {
    try {
      window[store].clear();
    } catch {
      // Storage is off in this browser: then there is nothing to clear.
    }
  }
  if ('caches' in window) {
    const wipe = caches.keys().then((keys) => Promise.all(keys.map((key) => caches.delete(key))));
    wipe.catch(() => {});
  }
  window.location.replace(target);
}

if (link && status) {
  const say = (text: string | undefined) => {
    status.textContent = text ?? '';
  };
  let presses = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const reset = () => {
    presses = 0;
    clearTimeout(timer);
  };
  const exit = () => {
    reset();
    say(link.dataset.leaving);
    leave(link.href);
  };

  link.addEventListener('click', (event) => {
    event.preventDefault();
    exit();
  });
  // Any other key means typing a capital, not leaving.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Shift') {
      if (presses > 0) say('');
      reset();
    }
  });
  document.addEventListener('keyup', (event) => {
    if (event.key !== 'Shift') return;
    presses += 1;
    if (presses >= 3) return exit();
    say(presses === 1 ? link.dataset.two : link.dataset.one);
    clearTimeout(timer);
    timer = setTimeout(() => {
      presses = 0;
      say(link.dataset.expired);
      timer = setTimeout(() => say(''), WITHIN_MS);
    }, WITHIN_MS);
  });
  // Coming back through the browser's cache of pages must not show what was left.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted && document.body.childElementCount === 0) window.location.replace(link.href);
  });
}
