import { expect, it } from 'vitest';
import { loadConfig } from '../../src/platform/config';

const answering = (body: string, type: string) => async () => new Response(body, { headers: { 'Content-Type': type } });

it('Config_FromTheGateway_NamesTheServicesWithoutTrailingSlash', async () => {
  const config = { apiUrl: 'https://api.example.org/', realtimeUrl: 'https://live.example.org' };
  expect(await loadConfig(answering(JSON.stringify(config), 'application/json; charset=utf-8'))).toEqual({
    apiUrl: 'https://api.example.org',
    realtimeUrl: 'https://live.example.org',
  });
});

it('Config_PageInsteadOfJson_IsOneOrigin', async () => {
  expect(await loadConfig(answering('<!doctype html>', 'text/html'))).toEqual({ apiUrl: '', realtimeUrl: '' });
});

it('Config_NoAnswer_IsOneOrigin', async () => {
  expect(await loadConfig(() => Promise.reject(new TypeError('unreachable')))).toEqual({ apiUrl: '', realtimeUrl: '' });
});
