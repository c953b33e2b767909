import { join } from 'node:path';

/** A small real file, as the services' tests use it, too. */
export function mediaFile(name: string): string {
  return join(import.meta.dirname, '../../../../../tests/Media', name);
}
