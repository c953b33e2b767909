export type { IProgressState } from '../progress.js';
export * from './connection-reducer.js';
export { ProgressErrorBoundary, type ProgressErrorBoundaryProps } from './progress-error-boundary.js';
export { type UseGeneration, type UseGenerationOptions, useGeneration } from './use-generation.js';
export { useProgressTracking } from './use-progress-tracking.js';
export { type IWebSocketConfig, useWebSocket } from './use-websocket.js';
export { useWebSocketConnection, type WebSocketConnection } from './use-websocket-connection.js';
export { useWebSocketEvent, type WebSocketEventOptions } from './use-websocket-event.js';
export { WebSocketProvider, type WebSocketProviderProps } from './websocket-provider.js';
