import { act, screen, waitFor } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { renderGallery } from '../support/render-gallery';

it('OfflineBanner_NetworkGone_TellsThatPicturesGoOn', async () => {
  await renderGallery();
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  act(() => void window.dispatchEvent(new Event('offline')));
  const banner = await screen.findByText('You are offline.');
  expect(banner.parentElement).toHaveTextContent('Pictures keep developing meanwhile');
  onLine.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event('online')));
  await waitFor(() => expect(screen.queryByText('You are offline.')).toBeNull());
});

it('OfflineBanner_ServerGone_SaysSoOnlyAfterAWhile', async () => {
  const { backend } = await renderGallery();
  await waitFor(() => expect(screen.getByTestId('connection')).toHaveAttribute('data-status', 'connected'));
  backend.gateway.refuse = { websocket: { status: 503 }, sse: { status: 503 }, polling: { status: 503 } };
  backend.gateway.drop();
  expect(screen.getByTestId('offline-banner')).toBeEmptyDOMElement();
  await waitFor(() => expect(screen.getByTestId('offline-banner')).toHaveTextContent('catches up by itself'));
});
