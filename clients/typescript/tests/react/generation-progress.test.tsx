import { render, screen, waitFor, within } from '@testing-library/react';
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
    expect(container.firstElementChild).toHaveAttribute('data-status', status);
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
