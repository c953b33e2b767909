import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { rememberEachKind } from './support/results';
import { inChromium } from './support/site';

const visit = inChromium();

/** Pictures of the page for people, in the folder that SHOTS names. */
async function shoot(page: Page, name: string): Promise<void> {
  if (process.env.SHOTS) {
    await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: name.startsWith('sheet') });
  }
}

const open = async (page: Page, name: string): Promise<Locator> => {
  await page.getByRole('button', { name }).click();
  const lightbox = page.getByTestId('lightbox');
  await lightbox.waitFor();
  return lightbox;
};

const close = async (page: Page): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.getByTestId('lightbox').waitFor({ state: 'detached' });
};

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);

it('Sheet_WorkflowOfEveryKind_ShowsEachAsWhatItIsByTheNodeThatMadeIt', async () => {
  const { page } = await visit(rememberEachKind);
  const kinds = page.getByTestId('result');
  await expect.poll(() => kinds.count()).toBe(15);
  expect(await kinds.evaluateAll((all) => all.map((result) => (result as HTMLElement).dataset.kind))).toEqual([
    ...['image', 'image', 'image', 'image', 'video', 'video', 'audio', 'audio', 'model', 'text', 'text', 'text'],
    ...['latent', 'file', 'file'],
  ]);
  const titles = page.getByTestId('output').getByRole('heading');
  await expect
    .poll(() => titles.allTextContents())
    .toEqual(['Final', 'Node 10', 'Clip', 'Node 14', 'Mesh', 'Caption', 'Node 16', 'Node 17']);
  // Browsers show AVIF, and SVG although it comes as an attachment; its script has not run.
  const pictures = page.getByTestId('image');
  for (const at of [0, 1, 2, 3]) {
    await expect
      .poll(() => pictures.nth(at).evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
  }
  expect(await page.title()).toBe('LockN Gen');
  for (const video of await page.locator('video').all()) {
    await expect.poll(() => video.evaluate((element) => (element as HTMLVideoElement).videoWidth)).toBeGreaterThan(0);
  }
  for (const audio of await page.locator('audio').all()) {
    await expect.poll(() => audio.evaluate((element) => (element as HTMLAudioElement).duration)).toBeGreaterThan(0.5);
  }
  expect(await page.getByTestId('warnings').textContent()).toContain('Node 20 (PreviewImage) was left out');
  expect(await page.getByText('preview', { exact: true }).count()).toBe(1);
  await shoot(page, 'sheet');
});

it('Files_Downloaded_ComeUnderTheirOwnNames', async () => {
  const { page } = await visit(rememberEachKind);
  for (const [name, file] of [
    ['Download File 14', 'Übersicht.bin'],
    ['Download Latent 13', 'l_00001_.latent'],
  ] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name }).click();
    expect((await download).suggestedFilename()).toBe(file);
  }
});

it('Text_Copied_IsInTheClipboardWhole', async () => {
  const { page } = await visit(rememberEachKind, { permissions: ['clipboard-read', 'clipboard-write'] });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy text 10' }).click();
  await expect.poll(clipboard).toBe('a b 🙂');
  await page.getByRole('button', { name: 'Copy text 12' }).click();
  await expect.poll(async () => (await clipboard()).length).toBe('A lighthouse at dusk. '.repeat(400).length);
});

it('Text_Read_IsWholeAndScrollsByKeyboard', async () => {
  const { page } = await visit(rememberEachKind);
  const lightbox = await open(page, 'Read Text 12');
  const region = lightbox.getByRole('region', { name: 'Text 12' });
  await expect.poll(async () => (await region.textContent())?.length).toBe(8_800);
  await region.focus();
  await page.keyboard.press('End');
  await expect.poll(() => region.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  await shoot(page, 'text');
});

it('Video_Opened_PlaysAndIsSteeredByItsOwnKeys', async () => {
  const { page } = await visit(rememberEachKind);
  const lightbox = await open(page, 'Play Video 5');
  const video = lightbox.locator('video');
  const paused = () => video.evaluate((element) => (element as HTMLVideoElement).paused);
  await expect.poll(paused).toBe(false);
  await video.focus();
  await page.keyboard.press('Space');
  await expect.poll(paused).toBe(true);
  await page.keyboard.press('ArrowRight');
  expect(await lightbox.textContent()).toContain('Video 5 of 15');
  await shoot(page, 'video');
  await close(page);
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toContain('Play Video 5');
});

it('Model_Opened_IsDrawnByCodeThatCameOnlyThen', async () => {
  const { page, paths } = await visit(rememberEachKind);
  const scripts = () => paths().filter((path) => /model-view|GLTFLoader|three/.test(path));
  await page.getByRole('button', { name: 'View 3D model 9' }).waitFor();
  expect(scripts()).toEqual([]);
  const lightbox = await open(page, 'View 3D model 9');
  const canvas = lightbox.getByTestId('model');
  await expect.poll(() => canvas.getAttribute('aria-busy')).toBe('false');
  expect(scripts().length).toBeGreaterThan(0);
  await canvas.focus();
  // At the end of its fade-in, which would make any two pictures differ.
  const look = () => canvas.screenshot({ animations: 'disabled' });
  const before = await look();
  expect(new Set(before).size).toBeGreaterThan(100);
  for (let press = 0; press < 5; press++) {
    await page.keyboard.press('ArrowRight');
  }
  expect(await lightbox.textContent()).toContain('3D model 9 of 15');
  await expect.poll(async () => before.equals(await look())).toBe(false);
  await shoot(page, 'model');
});

it.each(['dark', 'light'])('Accessibility_OfEveryKind_AxeFindsNothing %s', async (theme) => {
  const { page } = await visit(rememberEachKind, { reducedMotion: 'reduce' });
  if (theme === 'light') {
    await page.getByRole('button', { name: 'Switch to the light theme' }).click();
  }
  await page.getByRole('button', { name: 'View 3D model 9' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await shoot(page, `sheet-${theme}`);
  for (const name of ['Open picture 3', 'Play Video 5', 'View 3D model 9', 'Read Text 12']) {
    await open(page, name);
    expect(await violations(page)).toEqual([]);
    await close(page);
  }
});

it('Phone_EveryKind_NeedsNoSidewaysScrolling', async () => {
  const { page } = await visit(rememberEachKind, { viewport: { width: 390, height: 844 } });
  await page.getByRole('button', { name: 'View 3D model 9' }).waitFor();
  await expect.poll(() => page.getByTestId('result').count()).toBe(15);
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await shoot(page, 'sheet-phone');
});
