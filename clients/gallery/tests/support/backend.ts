import { EventFactory } from '../../../typescript/tests/support/event-factory.js';
import { MockGateway } from '../../../typescript/tests/support/mock-gateway.js';
import type { GenerationRecord } from '../../src/generations/generation';
import { templates } from './templates';

export interface Submitted {
  readonly template: string;
  readonly parameters: Record<string, unknown>;
  readonly count: number;
  readonly metadata: Record<string, unknown>;
}

/** The services as the page sees them: the client's mock gateway with the API's answers, on a real port. */
export class Backend {
  readonly gateway: MockGateway;
  readonly records: GenerationRecord[] = [];
  readonly submitted: Submitted[] = [];
  readonly generations: EventFactory[] = [];

  static async start(): Promise<Backend> {
    return new Backend(await MockGateway.start());
  }

  private constructor(gateway: MockGateway) {
    this.gateway = gateway;
    this.answer('GET /api/session', () => ({ authenticationRequired: false, authenticated: false, admin: true }));
    this.answer('GET /api/templates', () => ({ templates }));
    this.answer('GET /api/models', () => ({
      checkpoints: ['dreams.safetensors', 'real.safetensors'],
      samplers: ['euler', 'ddim'],
      schedulers: [],
    }));
    this.answer('GET /api/instances', () => ({ instances: [{ name: 'gpu-1', state: 'up', capacity: 1 }] }));
    this.gateway.routes.set('GET /api/generations', (_, { searchParams }) => ({ body: this.#list(searchParams) }));
    this.answer('GET /api/queue', () => ({ paused: false, waiting: 0, active: 0 }));
    this.answer('POST /api/uploads', () => ({ name: 'upload-1.png' }));
    this.answer('POST /api/generations/*/cancel', () => ({ id: '', receipt: 'accepted', status: 'running' }));
    this.gateway.routes.set('GET /api/generations/*', (_, url) => {
      const record = this.records.find(({ id }) => url.pathname.endsWith(id));
      return record ? { body: record } : { status: 404 };
    });
    this.gateway.routes.set('POST /api/generations', (_request, _url, body) => {
      const generation = this.#accept(JSON.parse(String(body)));
      return { status: 202, body: generation };
    });
    this.gateway.routes.set('POST /api/generations/*/requeue', (_request, url) => {
      const record = this.records.find(({ id }) => url.pathname.includes(id));
      return { status: 202, body: this.#accept({ metadata: {}, ...record } as unknown as Submitted) };
    });
  }

  get url(): string {
    return this.gateway.url;
  }

  stop(): Promise<void> {
    return this.gateway.stop();
  }

  /** Answers one route with a problem. */
  refuse(route: string, status: number, problem: object): void {
    const headers = { 'Content-Type': 'application/problem+json' };
    this.gateway.routes.set(route, () => ({ status, headers, body: problem }));
  }

  /** A generation of earlier days. */
  remember(record: Partial<GenerationRecord> & { id: string }): void {
    this.records.push({
      status: 'completed',
      template: 'txt2img',
      parameters: { prompt: 'A lighthouse' },
      count: 1,
      images: [
        {
          index: 1,
          url: `/api/generations/${record.id}/images/1`,
          width: 512,
          height: 768,
          seed: 42,
          contentType: 'image/png',
        },
      ],
      durationSeconds: 12.3,
      createdAt: '2026-02-03T15:07:00.123Z',
      ...record,
    });
  }

  #list(query: URLSearchParams): object {
    const words = (query.get('q') ?? '').toLowerCase();
    const found = this.records.filter(({ parameters }) => String(parameters?.prompt).toLowerCase().includes(words));
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit'));
    return { items: found.slice(from, to), nextCursor: to < found.length ? String(to) : null };
  }

  #accept(request: Submitted): object {
    this.submitted.push(request);
    const events = new EventFactory();
    this.generations.push(events);
    const { template, parameters, count, metadata } = request;
    const { id } = events;
    this.records.unshift({
      id,
      status: 'queued',
      template,
      parameters,
      count,
      metadata,
      createdAt: new Date().toISOString(),
    });
    this.gateway.publish(events.queued(0));
    return { id, status: 'queued', position: 0, estimatedWaitSeconds: 0, count };
  }

  answer(route: string, body: () => unknown): void {
    this.gateway.routes.set(route, () => ({ body: body() }));
  }
}
