import { render } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import {
  useGeneration,
  useProgressTracking,
  useWebSocket,
  useWebSocketConnection,
  useWebSocketEvent,
  WebSocketProvider,
} from '../../src/react/index.js';
import { GenerationProgress } from '../../src/react/progress/index.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { providerProps } from '../support/render.js';

const test = gatewayPerTest();

function Everything() {
  useWebSocketEvent('generation.image', () => undefined);
  useWebSocket({ url: test.gateway.url });
  const { connectionStatus } = useWebSocketConnection();
  const { status } = useGeneration();
  return (
    <section>
      {connectionStatus} {status} {useProgressTracking('g').currentStep}
      <GenerationProgress generationId="g" />
    </section>
  );
}

const application = () => (
  <WebSocketProvider {...providerProps(test.gateway)}>
    <Everything />
  </WebSocketProvider>
);

it('renders on a server without connecting', () => {
  const html = renderToString(application());
  expect(html).toContain('disconnected');
  expect(html).toContain('role="progressbar"');
  expect(test.gateway.requests).toEqual([]);
});

it('what the server rendered is what the browser takes over', () => {
  const container = document.createElement('div');
  container.innerHTML = renderToString(application());
  const recovered: unknown[] = [];
  render(application(), { container, hydrate: true, onRecoverableError: (error) => void recovered.push(error) });
  expect(recovered).toEqual([]);
});
