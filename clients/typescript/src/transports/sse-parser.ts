/** Splits an event stream into the data of its events, according to the HTML standard; ids and comments are not needed. */
export class SseParser {
  #rest = '';
  #data: string[] = [];

  /** Returns the data of every event that this chunk completes. */
  feed(chunk: string): string[] {
    const events: string[] = [];
    const text = this.#rest + chunk;
    // A trailing \r may be the first half of \r\n: it waits for the next chunk.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '' && this.#data.length > 0) {
        events.push(this.#data.join('\n'));
        this.#data = [];
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
    return events;
  }
}
