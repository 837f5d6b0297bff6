/** Sends a filter form when a choice changes; the button stays for those who type. */
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island="auto-submit"]')) {
  form.addEventListener('change', (event) => {
    if (event.target instanceof HTMLSelectElement || (event.target as HTMLInputElement).type === 'checkbox')
      form.requestSubmit();
  });
}
