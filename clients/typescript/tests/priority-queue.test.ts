import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PriorityQueue } from '../src/priority-queue.js';

it('hands out whatever was put in, smallest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const queue = new PriorityQueue<number>((a, b) => a - b);
      for (const number of numbers) {
        queue.push(number);
      }
      expect(queue.size).toBe(numbers.length);
      expect(numbers.map(() => queue.pop())).toEqual([...numbers].sort((a, b) => a - b));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});

it('stays in order when items come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (steps) => {
      const queue = new PriorityQueue<number>((a, b) => a - b);
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) {
          expect(queue.pop()).toBe(model.shift());
        } else {
          queue.push(step);
          model.push(step);
          model.sort((a, b) => a - b);
        }
      }
    }),
  );
});
