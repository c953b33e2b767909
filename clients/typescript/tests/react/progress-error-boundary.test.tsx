import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { ProgressErrorBoundary } from '../../src/react/index.js';

let isBroken: boolean;

function Fragile() {
  if (isBroken) {
    throw new Error('no progress today');
  }
  return <p>Step 1/20</p>;
}

beforeEach(() => {
  isBroken = true;
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

it('keeps the page, and tries again when asked to', async () => {
  const onError = vi.fn();
  render(
    <>
      <h1>Gallery</h1>
      <ProgressErrorBoundary onError={onError}>
        <Fragile />
      </ProgressErrorBoundary>
    </>,
  );
  expect(screen.getByRole('heading')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('your images are still being made');
  expect(onError.mock.calls[0]?.[0]).toMatchObject({ message: 'no progress today' });
  isBroken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('Step 1/20')).toBeVisible();
});

it('shows a fallback of your own', () => {
  const { rerender } = render(
    <ProgressErrorBoundary fallback={<p>plain</p>}>
      <Fragile />
    </ProgressErrorBoundary>,
  );
  expect(screen.getByText('plain')).toBeVisible();
  rerender(
    <ProgressErrorBoundary fallback={(error) => <p>because {error.message}</p>}>
      <Fragile />
    </ProgressErrorBoundary>,
  );
  expect(screen.getByText('because no progress today')).toBeVisible();
});
