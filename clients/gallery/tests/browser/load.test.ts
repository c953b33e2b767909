import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import type { Backend } from '../support/backend';
import { mediaFile } from './support/media';
import { inChromium } from './support/site';

const visit = inChromium();

/** Generations that run at the same time, and events of all of them in a second. */
const bars = 20;
const eventsPerSecond = 200;
const seconds = 5;

/** Pictures of earlier days: more than the first two pages. */
const ended = 60;

const running = Array.from({ length: bars }, () => new EventFactory());

function rememberRunning(backend: Backend): void {
  for (const [at, { id }] of running.entries()) {
    backend.remember({ id, status: 'running', images: [], parameters: { prompt: `Lighthouse ${at}` } });
  }
}

/** The most processor time of the page's own thread per event, in milliseconds: loose, but hardly another on a busy machine. */
const budget = 20;

interface Figures {
  readonly frames: number[];
  /** Beyond 50 ms, in which the page answers to nobody. */
  readonly longTasks: number[];
}

async function startMeasuring(page: Page): Promise<void> {
  await page.evaluate(() => {
    const figures: Figures = { frames: [], longTasks: [] };
    new PerformanceObserver((list) =>
      figures.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' });
    let last = 0;
    const frame = (at: number) => {
      if (last > 0) {
        figures.frames.push(at - last);
      }
      last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { figures });
  });
}

const figuresOf = (page: Page) => page.evaluate(() => (window as unknown as { figures: Figures }).figures);

/** All bars run and are seen, what the page does is measured, and the events begin to come. The end tells the processor time per event. */
async function startLoad({ page, backend }: { page: Page; backend: Backend }) {
  backend.gateway.publish(...running.map((events) => events.started(1)));
  await expect.poll(() => page.getByRole('progressbar').count()).toBe(bars);
  await startMeasuring(page);
  const used = await processorTime(page);
  let isOver = false;
  let isGone = false;
  onTestFinished(() => {
    isGone = true;
  });
  const load = (async () => {
    const begin = performance.now();
    let sent = 0;
    for (; !isGone && (sent < seconds * eventsPerSecond || !isOver); sent++) {
      const step = Math.floor(sent / bars) % 60;
      backend.gateway.publish((running[sent % bars] as EventFactory).progress(step, 60));
      await pause(Math.max(0, begin + (sent * 1_000) / eventsPerSecond - performance.now()));
    }
    backend.gateway.publish(...running.map((events) => events.progress(59, 60)));
    return sent + bars;
  })();
  return {
    end: async () => {
      isOver = true;
      const events = await load;
      return (await used()) / events;
    },
  };
}

/** How many bars stand where they were told last: all, once a page that keeps up has heard everything. */
const barsAtTheEnd = (page: Page) =>
  page
    .getByText(/Step 59\/60/)
    .and(page.locator('[data-part=text]'))
    .count();

/** Tells the processor time that the page's own thread has used since, in milliseconds. */
async function processorTime(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await read();
  return async () => (await read()) - before;
}

it('Page_UnderManyEvents_StaysSmoothAndAnswersToTypingAndScrolling', async () => {
  const { page, backend } = await visit(rememberRunning);
  const load = await startLoad({ page, backend });
  const typing = [];
  for (const letter of 'a lighthouse at dusk') {
    const before = performance.now();
    await page.getByRole('textbox', { name: 'Prompt' }).press(letter === ' ' ? 'Space' : letter);
    typing.push(performance.now() - before);
    await page.mouse.wheel(0, 100);
  }
  const perEvent = await load.end();

  expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('a lighthouse at dusk');
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
  await expect.poll(() => barsAtTheEnd(page)).toBe(bars);
  const { frames, longTasks } = await figuresOf(page);
  const [, ...rest] = frames;
  const sorted = rest.toSorted((a, b) => a - b);
  const share = (of: number) => sorted[Math.ceil(of * sorted.length) - 1] ?? Number.NaN;
  const longest = Math.max(0, ...longTasks);
  console.log(
    `animation: ${bars} bars, ${eventsPerSecond} events/s: median frame ${share(0.5).toFixed(1)} ms, p95 ${share(0.95).toFixed(1)} ms, ` +
      `${rest.filter((ms) => ms > 33.4).length} of ${rest.length} frames above 33 ms, longest task ${longest.toFixed(0)} ms, ` +
      `slowest key ${Math.max(...typing).toFixed(0)} ms, ${perEvent.toFixed(2)} ms of processor time per event`,
  );
  expect(perEvent).toBeLessThan(budget);
});

it('Page_UnderManyEvents_AnswersToNavigationBetweenViewsTemplatesAndPictures', async () => {
  const { page, backend } = await visit((services) => {
    rememberRunning(services);
    for (let at = 0; at < ended; at++) {
      services.remember({ id: new EventFactory().id, parameters: { prompt: `Harbour ${at}` } });
    }
    services.gateway.routes.set('GET /api/generations/*/images/1', () => ({
      headers: { 'Content-Type': 'image/png' },
      body: readFileSync(mediaFile('picture.png')),
    }));
  });
  const load = await startLoad({ page, backend });
  const steps: { name: string; ms: number }[] = [];
  /** Does something, and waits until the page shows what it leads to. */
  const go = async (name: string, act: () => Promise<unknown>, shown: Locator, path?: string) => {
    const before = performance.now();
    await act();
    await shown.waitFor();
    steps.push({ name, ms: performance.now() - before });
    if (path) {
      expect(new URL(page.url()).pathname).toBe(path);
    }
  };
  const diagnostics = page.getByTestId('diagnostics');
  const sheet = page.getByRole('region', { name: 'Pictures' });
  const lightbox = (prompt: string) => page.getByRole('dialog', { name: prompt, exact: true });
  const template = (title: string) => page.getByRole('radio', { name: title });

  await page.locator('summary', { hasText: 'Live' }).click();
  await go('diagnostics', () => page.getByRole('link', { name: 'Diagnostics' }).click(), diagnostics, '/diagnostics');
  await go('back', () => page.goBack(), sheet, '/');
  await go('forward', () => page.goForward(), diagnostics, '/diagnostics');
  await go('home', () => page.getByRole('link', { name: 'LockN Gen' }).click(), sheet, '/');
  for (const title of ['Image to image', 'Inpaint', 'Text to image']) {
    await go(
      title,
      () => page.getByText(title, { exact: true }).click(),
      template(title).and(page.locator(':checked')),
    );
  }
  const last = page.getByRole('button', { name: `Open picture 1: Harbour ${ended - 1}`, exact: true });
  await go(
    'history',
    async () => {
      // Older pages come as their end comes near.
      const scroll = () => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await expect.poll(() => scroll().then(() => last.count())).toBe(1);
    },
    last,
  );
  await go('open', () => last.click(), lightbox(`Harbour ${ended - 1}`));
  await go('previous', () => page.keyboard.press('ArrowLeft'), lightbox(`Harbour ${ended - 2}`));
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByTestId('lightbox').count()).toBe(0);
  const found = page.getByRole('button', { name: 'Open picture 1: Harbour 7', exact: true });
  await go('search', () => page.getByRole('searchbox', { name: 'Search the pictures' }).fill('harbour 7'), found);
  const perEvent = await load.end();

  // What was left and come back to goes on: all bars, at what was told last.
  await page.getByRole('searchbox', { name: 'Search the pictures' }).fill('');
  await expect.poll(() => barsAtTheEnd(page)).toBe(bars);
  const { longTasks } = await figuresOf(page);
  const longest = Math.max(0, ...longTasks);
  console.log(
    `navigation: ${bars} bars, ${eventsPerSecond} events/s: ${steps.map(({ name, ms }) => `${name} ${ms.toFixed(0)} ms`).join(', ')}, ` +
      `${longTasks.length} tasks above 50 ms, longest ${longest.toFixed(0)} ms, ${perEvent.toFixed(2)} ms of processor time per event`,
  );
  expect(perEvent).toBeLessThan(budget);
});

it('Bar_BetweenTwoEvents_GlidesFromOneLengthToTheOther', async () => {
  const { page, backend } = await visit(rememberRunning);
  const events = running[0] as EventFactory;
  backend.gateway.publish(events.started(1), events.progress(1, 100));
  const bar = page.getByRole('article', { name: 'Lighthouse 0' }).locator('[data-part=indicator]');
  const length = () => bar.evaluate((indicator) => new DOMMatrix(getComputedStyle(indicator).transform).a);
  await expect.poll(length).toBeCloseTo(0.01);
  // What is painted at chosen moments of the transition, however few frames a busy machine has time for. It is stopped
  // in the same task that sets the new length, so it cannot be over or replaced before anyone looks.
  const glide = await bar.evaluateHandle((indicator) => ({
    lengths: new Promise<number[]>((resolve) => {
      const look = new MutationObserver(() => {
        if ((indicator as HTMLElement).style.transform !== 'scaleX(0.9)') {
          return;
        }
        look.disconnect();
        const transition = indicator
          .getAnimations()
          .find((animation) => (animation as CSSTransition).transitionProperty === 'transform');
        transition?.pause();
        const duration = Number(transition?.effect?.getComputedTiming().duration);
        const lengths = [0.1, 0.2, 0.4].map((part) => {
          if (transition) {
            transition.currentTime = part * duration;
          }
          return new DOMMatrix(getComputedStyle(indicator).transform).a;
        });
        transition?.finish();
        resolve(lengths);
      });
      look.observe(indicator, { attributes: true, attributeFilter: ['style'] });
    }),
  }));
  backend.gateway.publish(events.progress(90, 100));
  const [early = 0, later = 0, late = 0] = await glide.evaluate(({ lengths }) => lengths);
  expect(early).toBeGreaterThan(0.01);
  expect(later).toBeGreaterThan(early);
  expect(late).toBeGreaterThan(later);
  expect(late).toBeLessThan(0.9);
  await expect.poll(length).toBeCloseTo(0.9);
});
