const STORE = 'likeness.theme';
const order = ['auto', 'light', 'dark'];

export const themeName = () => localStorage.getItem(STORE) ?? 'auto';

/** Takes a theme; "auto" follows the system. */
export function setTheme(name) {
  if (name === 'auto') {
    localStorage.removeItem(STORE);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORE, name);
    document.documentElement.dataset.theme = name;
  }
}

export const cycleTheme = () => setTheme(order[(order.indexOf(themeName()) + 1) % order.length]);
