import { type GenerationStatus, initialState } from '@lockngen/client';
import { expect, it } from 'vitest';
import { layOut } from '../../src/sheet/lay-out';

const picture = { index: 1, url: '/picture', contentType: 'image/png' };

const generation = (id: string, status: GenerationStatus, createdAt: number, position?: number) => ({
  id,
  createdAt,
  state: { ...initialState(id), status, position, images: status === 'completed' ? [picture] : [] },
});

const ids = (generations: readonly { id: string }[]) => generations.map(({ id }) => id).join();

it('LayOut_OneRuns_TheRestStandsInLineByPosition', () => {
  const all = [
    generation('last', 'queued', 4, 1),
    generation('next', 'queued', 3, 0),
    generation('running', 'running', 2),
    generation('old', 'completed', 1),
  ];
  const { queue, active, ended, large } = layOut(all, false);
  expect([ids(queue), ids([...active, ...ended]), [...large].join()]).toEqual(['next,last', 'running,old', 'running']);
});

it('LayOut_NothingRuns_TheNextInLineIsOnTheFilm', () => {
  const all = [
    generation('later', 'queued', 3, 1),
    generation('next', 'queued', 2, 0),
    generation('old', 'completed', 1),
  ];
  const { queue, active, ended, large } = layOut(all, false);
  expect([ids(queue), ids([...active, ...ended]), [...large].join()]).toEqual(['later', 'next,old', 'next']);
});

it('LayOut_AllEnded_TheNewestWithPicturesIsLarge', () => {
  const { active, ended, large } = layOut([generation('new', 'failed', 2), generation('old', 'completed', 1)], false);
  expect([ids([...active, ...ended]), [...large].join()]).toEqual(['new,old', 'old']);
});

it('LayOut_Search_ShowsEverythingAlike', () => {
  const all = [generation('waiting', 'queued', 2, 0), generation('old', 'completed', 1)];
  const { queue, active, ended, large } = layOut(all, true);
  expect([ids(queue), ids([...active, ...ended]), large.size]).toEqual(['', 'waiting,old', 0]);
});
