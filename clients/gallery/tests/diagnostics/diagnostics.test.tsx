import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import { renderGallery } from '../support/render-gallery';

it('Diagnostics_LiveEvents_AreLoggedAsTheyCameAndMeasured', async () => {
  const { backend } = await renderGallery('/diagnostics');
  const log = within(await screen.findByTestId('event-log'));
  await backend.gateway.changed.until(() => backend.gateway.connections.length > 0);
  const events = new EventFactory();
  backend.gateway.publish(events.started(1), events.progress(9));
  expect(await log.findByText(/"step":9/)).toBeVisible();
  expect(screen.getByTestId('latency')).toHaveTextContent('2 events');
});

it('Diagnostics_Rendering_IsMeasured', async () => {
  const { backend } = await renderGallery('/diagnostics');
  const renders = () =>
    Number.parseInt(screen.getByText('Renders of this page').nextElementSibling?.textContent ?? '', 10);
  await screen.findByText('Renders of this page');
  await backend.gateway.changed.until(() => backend.gateway.connections.length > 0);
  const before = renders();
  backend.gateway.publish(new EventFactory().started(1));
  await waitFor(() => expect(renders()).toBeGreaterThan(before));
  expect(screen.getByText('One render').nextElementSibling).toHaveTextContent(/^\d+\.\d ms, at most \d+\.\d ms$/);
});

it('Diagnostics_Ping_IsAnswered', async () => {
  const { user } = await renderGallery('/diagnostics');
  const ping = await screen.findByRole('button', { name: 'Ping' });
  await waitFor(() => expect(ping).toBeEnabled());
  await user.click(ping);
  await waitFor(() => expect(screen.getByTestId('pong')).toHaveTextContent(/^pong in [\d.]+ ms$/));
});

it('Diagnostics_DisconnectAndConnect_CloseAndOpenTheLine', async () => {
  const { backend, user } = await renderGallery('/diagnostics');
  const disconnect = await screen.findByRole('button', { name: 'Disconnect' });
  await backend.gateway.changed.until(() => backend.gateway.connections.length > 0);
  await user.click(disconnect);
  await backend.gateway.changed.until(() => backend.gateway.connections.length === 0);
  const connect = screen.getByRole('button', { name: 'Connect' });
  await waitFor(() => expect(connect).toBeEnabled());
  await user.click(connect);
  await backend.gateway.changed.until(() => backend.gateway.connections.length > 0);
});

it('Diagnostics_ClickedFromTheIndicator_KeepsTheConnection', async () => {
  const { backend, user } = await renderGallery();
  await user.click(screen.getByRole('status', { name: /^Connection/ }));
  await user.click(screen.getByRole('link', { name: 'Diagnostics' }));
  expect(await screen.findByRole('heading', { name: 'Diagnostics' })).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Back to the pictures' }));
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toBeVisible();
  expect(backend.gateway.count('/api/ws/progress')).toBe(1);
});
