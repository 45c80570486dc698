/** Light, dark, or like the system; public/theme.js does the same before the first paint. */

export type Theme = 'light' | 'dark' | 'system';

export const THEMES: Theme[] = ['system', 'light', 'dark'];

const STORED = 'moorage.theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(STORED, theme);
  apply();
}

/** Follows the system while that is what was chosen. */
export function followSystemTheme(): void {
  apply();
  system.addEventListener('change', apply);
}

function apply(): void {
  const theme = chosenTheme();
  const dark = theme === 'dark' || (theme === 'system' && system.matches);
  document.documentElement.classList.toggle('pf-v6-theme-dark', dark);
}
