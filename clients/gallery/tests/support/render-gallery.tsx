import type { WebSocketConstructor } from '@lockngen/client';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { App } from '../../src/app/app';
import { identify } from '../../src/platform/identity';
import { createServices } from '../../src/platform/services';
import { Backend } from './backend';

/** The whole page against services on a real port. */
export async function renderGallery(path = '/', prepare: (backend: Backend) => void = () => undefined) {
  const backend = await Backend.start();
  prepare(backend);
  return { backend, ...openGallery(backend, path) };
}

/** A visit to the page; a second one is a reload, or another visitor. */
export function openGallery(backend: Backend, path = '/') {
  history.replaceState(null, '', path);
  const config = { apiUrl: backend.url, realtimeUrl: backend.url };
  const services = createServices(config, identify(path, localStorage), {
    WebSocket: WebSocket as unknown as WebSocketConstructor,
  });
  const view = render(<App services={services} />);
  onTestFinished(async () => {
    view.unmount();
    services.connection.close();
    await backend.stop();
  });
  return { services, ...view, user: userEvent.setup() };
}
