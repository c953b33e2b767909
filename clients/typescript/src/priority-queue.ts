/** A binary heap: `pop` returns the smallest item by `compare`. */
export class PriorityQueue<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #heap: T[] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#heap.length;
  }

  push(item: T): void {
    const heap = this.#heap;
    let index = heap.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#compare(item, heap[parent] as T) >= 0) {
        break;
      }
      heap[index] = heap[parent] as T;
      index = parent;
    }
    heap[index] = item;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      this.#sink(last);
    }
    return first;
  }

  #sink(item: T): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && this.#compare(heap[child + 1] as T, heap[child] as T) < 0) {
        child++;
      }
      if (this.#compare(heap[child] as T, item) >= 0) {
        break;
      }
      heap[index] = heap[child] as T;
      index = child;
    }
    heap[index] = item;
  }
}
