import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { loadConfig } from './platform/config';
import { identify } from './platform/identity';
import { createServices } from './platform/services';
import { applyTheme } from './ui/theme';
import './styles.css';

applyTheme();
const services = createServices(await loadConfig(), identify(location.pathname, localStorage));
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App services={services} />
  </StrictMode>,
);
