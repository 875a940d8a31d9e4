// Light or dark: the system's choice, unless the reader chose otherwise here.

const KEY = 'afina-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Storage may be forbidden (private windows): then the choice lasts as long as the page. */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    // Nothing to do: see remembered().
  }
}

const systemTheme = () => (dark.matches ? 'dark' : 'light');

export const currentTheme = () => document.documentElement.dataset.theme;

/** Sets the theme now and follows the system; `changed` is called after each change. */
export function startTheme(changed) {
  const apply = () => {
    const chosen = remembered();
    document.documentElement.dataset.theme =
      chosen === 'light' || chosen === 'dark' ? chosen : systemTheme();
    changed(currentTheme());
  };
  dark.addEventListener('change', apply);
  apply();
}

/** The other theme; choosing what the system has means following the system again. */
export function toggleTheme() {
  const next = currentTheme() === 'dark' ? 'light' : 'dark';
  remember(next === systemTheme() ? null : next);
  document.documentElement.dataset.theme = next;
  return next;
}
