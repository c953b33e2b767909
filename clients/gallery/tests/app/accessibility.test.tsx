import { screen } from '@testing-library/react';
import axe from 'axe-core';
import { expect, it } from 'vitest';
import { renderGallery } from '../support/render-gallery';
import { submit } from '../support/submit';

/** Colours need a browser that paints; the end-to-end tests look at those. */
const options: axe.RunOptions = { rules: { 'color-contrast': { enabled: false } } };

async function violations(container: Element) {
  const { violations } = await axe.run(container, options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

it('Accessibility_WhilePicturesAreMade_AxeFindsNothing', async () => {
  const { backend, user, container } = await renderGallery('/', (services) =>
    services.remember({ id: 'e5a0b1f2-0000-4000-8000-000000000001' }),
  );
  const { events, strip } = await submit(backend, user, 'A fox asleep');
  backend.gateway.publish(events.started(2), events.progress(9));
  await strip.findByText(/Step 9/);
  await submit(backend, user, 'A fox asleep');
  await user.click(screen.getByRole('button', { name: 'More' }));
  await user.click(await screen.findByRole('button', { name: 'Details' }));
  expect(await violations(container)).toEqual([]);
});

it('Accessibility_Diagnostics_AxeFindsNothing', async () => {
  const { container } = await renderGallery('/diagnostics');
  await screen.findByRole('heading', { name: 'Diagnostics' });
  expect(await violations(container)).toEqual([]);
});
