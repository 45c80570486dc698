// Sets the theme that was chosen, or the system's; src/app/theme.ts changes it later.
(() => {
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('moorage.theme') || 'system';
  } catch {
    // Storage is turned off.
  }
  const dark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('pf-v6-theme-dark', dark);
})();
