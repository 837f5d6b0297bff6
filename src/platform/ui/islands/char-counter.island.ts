/** Says how many characters are left, as counted by the server (code points), shortly after typing stops. */
for (const counter of document.querySelectorAll<HTMLElement>('[data-island="char-counter"]')) {
  const line = counter.closest('p');
  const control = counter.closest('.field')?.querySelector<HTMLTextAreaElement | HTMLInputElement>('.input');
  if (!line || !control) continue;
  const max = Number(counter.dataset.max);
  const format = new Intl.NumberFormat(counter.dataset.lang === 'ar' ? 'ar-MA' : counter.dataset.lang);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = () => {
    const left = max - [...control.value].length;
    const words = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = (words ?? '').replace('{n}', format.format(Math.abs(left)));
    line.classList.toggle('counter-over', left < 0);
  };
  line.setAttribute('aria-live', 'polite');
  update();
  control.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(update, 400);
  });
}
