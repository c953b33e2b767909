import { initialState } from '@lockngen/client';
import { expect, it } from 'vitest';
import { activityOf } from '../../src/sheet/activity';
import { waitText } from '../../src/sheet/wait-text';
import { about, duration } from '../../src/ui/duration';

const waiting = (position?: number, estimatedWaitSeconds?: number) => ({
  ...initialState('id'),
  position,
  estimatedWaitSeconds,
});

it.each([
  [waiting(0), 'Queued - next'],
  [waiting(3, 41.5), 'Queued - 3 ahead, about 42 s'],
  [waiting(12, 125), 'Queued - 12 ahead, about 2 min 5 s'],
  [waiting(), 'Queued'],
])('WaitText_TellsPlaceAndTime %#', (state, text) => expect(waitText(state)).toBe(text));

it.each([
  ['CheckpointLoaderSimple', 'Loading the model'],
  ['KSamplerAdvanced', 'Developing'],
  ['SomeoneElsesNode', undefined],
  [null, undefined],
])('Activity_Of %s', (node, activity) => expect(activityOf(node)).toBe(activity));

it.each([
  [3.14, '3.1 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [120, '2 min'],
  [179.7, '3 min'],
])('Duration_Of %d', (seconds, text) => expect(duration(seconds)).toBe(text));

it('About_LessThanASecond_IsOne', () => expect(about(0.2)).toBe('about 1 s'));
