import { afterEach, beforeEach } from 'vitest';
import { MockGateway } from './mock-gateway.js';

/** A mock gateway for each test of a file. */
export function gatewayPerTest(): { readonly gateway: MockGateway } {
  const context = { gateway: undefined as unknown as MockGateway };
  beforeEach(async () => {
    context.gateway = await MockGateway.start();
  });
  afterEach(() => context.gateway.stop());
  return context;
}
