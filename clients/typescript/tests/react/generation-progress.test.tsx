import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type IProgressState, initialProgress } from '../../src/index.js';
import { GenerationProgress, ProgressBar } from '../../src/react/progress/index.js';
import { EventFactory } from '../support/event-factory.js';
import { gatewayPerTest } from '../support/gateway-per-test.js';
import { renderWith } from '../support/render.js';

describe('GenerationProgress', () => {
  const test = gatewayPerTest();

  it('shows the live progress of a batch, image by image', async () => {
    const factory = new EventFactory();
    const { unmount } = renderWith(test.gateway, <GenerationProgress generationId={factory.id} />);
    expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.queued(3));
    expect(await screen.findByText('Waiting - 3 ahead of you', { selector: '[data-part=text]' })).toBeVisible();
    test.gateway.publish(factory.started(4), factory.progress(12, 20, 2, 4));
    expect(await screen.findByText('Image 2 of 4 - Step 12/20 (60%)')).toBeVisible();
    test.gateway.publish(factory.image(2, 4), factory.progress(1, 20, 3, 4));
    expect(await screen.findByText('Image 3 of 4 - Step 1/20 (5%)')).toBeVisible();
    test.gateway.publish(factory.completed(4));
    expect(await screen.findByText('Done', { selector: '[data-part=text]' })).toBeVisible();
    unmount();
    await waitFor(() => expect(test.gateway.connections).toHaveLength(0));
  });

  it('closes its connection when it goes', async () => {
    const { unmount } = renderWith(test.gateway, <GenerationProgress generationId="g" />);
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    unmount();
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
  });
});

describe('GenerationProgress that breaks', () => {
  const test = gatewayPerTest();
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('keeps the page around it, and comes back when asked to', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    // The real bar asks the browser about motion: here that throws.
    const media = vi.fn(() => {
      throw new Error('no media queries here');
    });
    vi.stubGlobal('matchMedia', media);
    renderWith(
      test.gateway,
      <>
        <h1>Gallery</h1>
        <GenerationProgress generationId={new EventFactory().id} />
      </>,
    );
    expect(screen.getByRole('heading')).toBeVisible();
    expect(await screen.findByRole('alert')).toHaveTextContent('your images are still being made');
    expect(media).toHaveBeenCalled();
    vi.unstubAllGlobals();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(screen.getByRole('progressbar')).toBeVisible();
  });

  it('explains a missing provider to its author, past its own boundary', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => render(<GenerationProgress generationId="g" />)).toThrow(
      'GenerationProgress needs a connection: wrap your application in <WebSocketProvider>',
    );
  });
});

describe('GenerationProgress over server-sent events', () => {
  const test = gatewayPerTest();

  it('is live, image by image, and closes its stream when it goes', async () => {
    const factory = new EventFactory();
    const bar = <GenerationProgress generationId={factory.id} />;
    const { unmount } = renderWith(test.gateway, bar, { transports: ['sse'] });
    await waitFor(() => expect(test.gateway.connections.map(({ kind }) => kind)).toEqual(['sse']));
    expect(test.gateway.requests.at(-1)?.headers.accept).toBe('text/event-stream');
    test.gateway.publish(factory.started(2), factory.progress(12, 20, 2, 2));
    expect(await screen.findByText('Image 2 of 2 - Step 12/20 (60%)')).toBeVisible();
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '80');
    unmount();
    await waitFor(() => expect(test.gateway.connections).toHaveLength(0));
    await waitFor(() => expect(test.gateway.openSockets).toBe(0));
  });

  it('goes on after a break without a loss', async () => {
    const factory = new EventFactory();
    const bar = <GenerationProgress generationId={factory.id} />;
    renderWith(test.gateway, bar, { transports: ['sse'], backoff: { initialMs: 5 } });
    await waitFor(() => expect(test.gateway.connections).toHaveLength(1));
    test.gateway.publish(factory.started(), factory.progress(3));
    await screen.findByText('Image 1 of 1 - Step 3/20 (15%)');
    test.gateway.drop();
    test.gateway.publish(factory.progress(4), factory.image(), factory.completed());
    expect(await screen.findByText('Done', { selector: '[data-part=text]' })).toBeVisible();
  });
});

describe('ProgressBar', () => {
  const running: IProgressState = {
    ...initialProgress,
    status: 'running',
    currentStep: 12,
    totalSteps: 20,
    percentage: 60,
    overallPercentage: 40,
    imageIndex: 2,
    totalImages: 4,
  };
  const indicator = () => document.querySelector<HTMLElement>('[data-part=indicator]');

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is a progressbar with a name, a value and its text', () => {
    render(<ProgressBar progress={running} label="My picture" />);
    const bar = screen.getByRole('progressbar', { name: 'My picture' });
    expect(bar).toHaveAttribute('aria-valuenow', '40');
    expect(bar).toHaveAttribute('aria-valuemin', '0');
    expect(bar).toHaveAttribute('aria-valuemax', '100');
    expect(bar).toHaveAttribute('aria-valuetext', 'Image 2 of 4 - Step 12/20 (60%)');
  });

  it.each([0, 33, 100])('is %i % long, and glides there', (overallPercentage) => {
    render(<ProgressBar progress={{ ...running, overallPercentage }} />);
    expect(indicator()?.style.transform).toBe(`scaleX(${overallPercentage / 100})`);
    expect(indicator()?.style.transition).toContain('transform');
  });

  it('never leaves its frame', () => {
    render(<ProgressBar progress={{ ...running, overallPercentage: 130 }} />);
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100');
    expect(indicator()?.style.transform).toBe('scaleX(1)');
  });

  it('jumps for those who do not want motion', () => {
    const media = { matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() };
    vi.stubGlobal('matchMedia', () => media);
    const { unmount } = render(<ProgressBar progress={running} />);
    expect(indicator()?.style.transition).toBe('none');
    unmount();
    expect(media.removeEventListener).toHaveBeenCalled();
  });

  it.each(['queued', 'dispatched', 'unknown'] as const)('is busy and without a value while %s', (status) => {
    const { container } = render(<ProgressBar progress={{ ...initialProgress, status }} />);
    expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
    expect(container.firstElementChild).toHaveAttribute('aria-busy', 'true');
    expect(container.querySelector('[data-part=spinner]')).toBeInTheDocument();
    expect(container.firstElementChild).toHaveAttribute('data-status', status);
  });

  it.each(['running', 'completed', 'failed', 'cancelled'] as const)('spins no longer once %s', (status) => {
    const { container } = render(<ProgressBar progress={{ ...running, status }} />);
    expect(container.querySelector('[data-part=spinner]')).toBeNull();
  });

  it('speaks at milestones only', () => {
    const { rerender } = render(<ProgressBar progress={running} />);
    const spoken = new Set<string | null>();
    for (let step = 0; step <= 20; step++) {
      rerender(
        <ProgressBar
          progress={{ ...running, currentStep: step, percentage: step * 5, overallPercentage: 25 + step }}
        />,
      );
      spoken.add(screen.getByRole('status').textContent);
    }
    expect([...spoken]).toEqual(['Image 2 of 4 - 25% done']);
    expect(within(screen.getByRole('status')).queryByRole('progressbar')).toBeNull();
  });

  it('does not render again for the same progress', () => {
    let reads = 0;
    const status = () => {
      reads++;
      return 'running';
    };
    const progress = Object.defineProperty({ ...running }, 'status', { get: status });
    const { rerender } = render(<ProgressBar progress={progress} />);
    const before = reads;
    rerender(<ProgressBar progress={progress} />);
    expect(reads).toBe(before);
  });
});
