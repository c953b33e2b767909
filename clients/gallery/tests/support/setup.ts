import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// One generous limit for everything that is waited for.
configure({ asyncUtilTimeout: 30_000 });

// happy-dom lays nothing out, so it knows no intersections: here everything is always in view.
vi.stubGlobal(
  'IntersectionObserver',
  class {
    readonly #callback: (entries: { isIntersecting: boolean }[]) => void;

    constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
      this.#callback = callback;
    }

    observe() {
      this.#callback([{ isIntersecting: true }]);
    }

    disconnect() {
      // Nothing is observed later.
    }
  },
);

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});
