import type { WebSocketConstructor } from '../../src/index.js';

/** A WebSocket that does what the test says, for tests with fake timers. */
export class FakeWebSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];

  constructor(readonly url: string) {}

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
    this.receive({ type: 'connection.ready', connectionId: 'c', heartbeatSeconds: 30 });
  }

  receive(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /** The other side, or the network, closes. */
  end(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  static maker(): { made: FakeWebSocket[]; WebSocket: WebSocketConstructor } {
    const made: FakeWebSocket[] = [];
    class Made extends FakeWebSocket {
      constructor(url: string) {
        super(url);
        made.push(this);
      }
    }
    return { made, WebSocket: Made };
  }
}
