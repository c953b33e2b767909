import { type RenderHookOptions, render, renderHook } from '@testing-library/react';
import type { ReactElement, ReactNode } from 'react';
import { WebSocket } from 'ws';
import { WebSocketProvider, type WebSocketProviderProps } from '../../src/react/index.js';
import type { MockGateway } from './mock-gateway.js';

/** What a component needs to reach the mock gateway, with retries within milliseconds. */
export function providerProps(gateway: MockGateway): WebSocketProviderProps {
  const quick = { lingerMs: 0, backoff: { initialMs: 5, maxMs: 20 }, breaker: { maxAttempts: 1_000 }, retries: 0 };
  return { realtimeUrl: gateway.url, apiUrl: gateway.url, WebSocket, ...quick };
}

export function renderWith(gateway: MockGateway, children: ReactElement, props: WebSocketProviderProps = {}) {
  const options = { ...providerProps(gateway), ...props };
  const wrapper = ({ children: inner }: { children: ReactNode }) => (
    <WebSocketProvider {...options}>{inner}</WebSocketProvider>
  );
  return render(children, { wrapper });
}

export function renderHookWith<Result, Props>(
  gateway: MockGateway,
  hook: (props: Props) => Result,
  options: Omit<RenderHookOptions<Props>, 'wrapper'> & { provider?: WebSocketProviderProps } = {},
) {
  const { provider, ...rest } = options;
  const props = { ...providerProps(gateway), ...provider };
  const wrapper = ({ children }: { children: ReactNode }) => (
    <WebSocketProvider {...props}>{children}</WebSocketProvider>
  );
  return renderHook(hook, { wrapper, ...rest });
}
