import { useState } from 'react';
import { Button } from './button';

type Theme = 'dark' | 'light';

const key = 'lockngen:theme';

/** The theme is dark, unless the visitor has chosen the light one. */
export function applyTheme(theme = localStorage.getItem(key)): Theme {
  const chosen = theme === 'light' ? 'light' : 'dark';
  document.documentElement.dataset.theme = chosen;
  return chosen;
}

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(applyTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const toggle = () => {
    localStorage.setItem(key, other);
    setTheme(applyTheme(other));
  };
  return (
    <Button
      look="icon"
      icon={theme === 'dark' ? 'sun' : 'moon'}
      onClick={toggle}
      aria-label={`Switch to the ${other} theme`}
      title={`Switch to the ${other} theme`}
    />
  );
}
