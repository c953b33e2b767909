import { screen, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import type { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import type { Backend } from './backend';

/** Enters a prompt, presses the button and hands back the strip and the events of what began. */
export async function submit(
  backend: Backend,
  user: UserEvent,
  prompt: string,
): Promise<{ events: EventFactory; strip: ReturnType<typeof within> }> {
  const before = backend.generations.length;
  await user.clear(screen.getByRole('textbox', { name: 'Prompt' }));
  await user.paste(prompt);
  await user.click(screen.getByRole('button', { name: 'Generate' }));
  const strip = within(await screen.findByRole('article', { name: prompt }));
  const events = backend.generations[before];
  if (!events) {
    throw new Error('Nothing was submitted.');
  }
  return { events, strip };
}
