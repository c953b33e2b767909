import type { GenerationEvent, GenerationImage, MessageOf } from '../../src/index.js';

const attemptUnit = 1_000_000_000;

/** Makes the events of one generation in order, as a watcher would publish them. */
export class EventFactory {
  readonly id: string;
  #attempt = 1;
  #n = 0;

  constructor(id: string = crypto.randomUUID()) {
    this.id = id;
  }

  nextAttempt(): this {
    this.#attempt++;
    this.#n = 0;
    return this;
  }

  queued(position = 0, n = 1): MessageOf<'generation.queued'> {
    return { ...this.#envelope(n), type: 'generation.queued', data: { position, estimatedWaitSeconds: position * 10 } };
  }

  started(totalImages = 1): MessageOf<'generation.started'> {
    const data = { instance: 'gpu-1', attempt: this.#attempt, totalImages };
    return { ...this.#envelope(), type: 'generation.started', data };
  }

  node(currentNode = 'KSampler', nodeId = '5'): MessageOf<'generation.node'> {
    return { ...this.#envelope(), type: 'generation.node', data: { currentNode, nodeId } };
  }

  progress(step: number, totalSteps = 20, imageIndex = 1, totalImages = 1): MessageOf<'generation.progress'> {
    const progress = Math.floor((100 * step) / totalSteps);
    const overallProgress = Math.floor((100 * (imageIndex - 1) + progress) / totalImages);
    const data = {
      progress,
      overallProgress,
      currentNode: 'KSampler',
      nodeId: '5',
      step,
      totalSteps,
      imageIndex,
      totalImages,
    };
    return { ...this.#envelope(), type: 'generation.progress', data };
  }

  image(index = 1, totalImages = 1): MessageOf<'generation.image'> {
    const data = { image: this.file(index), imageIndex: index, totalImages };
    return { ...this.#envelope(), type: 'generation.image', data };
  }

  completed(count = 1): MessageOf<'generation.completed'> {
    const images = Array.from({ length: count }, (_, index) => this.file(index + 1));
    return { ...this.#envelope(), type: 'generation.completed', data: { images, durationSeconds: 12.5 } };
  }

  failed(code = 'node_error', message = 'It broke.', retryable = false): MessageOf<'generation.failed'> {
    return {
      ...this.#envelope(),
      type: 'generation.failed',
      data: { error: { code, message, retryable }, images: [] },
    };
  }

  cancelled(): MessageOf<'generation.cancelled'> {
    return { ...this.#envelope(), type: 'generation.cancelled', data: { reason: 'user' } };
  }

  /** A whole batch, as it usually goes. */
  lifecycle(images = 2, steps = 4): GenerationEvent[] {
    const events: GenerationEvent[] = [this.queued(), this.started(images), this.node()];
    for (let image = 1; image <= images; image++) {
      for (let step = 1; step <= steps; step++) {
        events.push(this.progress(step, steps, image, images));
      }
      events.push(this.image(image, images));
    }
    return [...events, this.completed(images)];
  }

  file(index: number): GenerationImage {
    const url = `/api/generations/${this.id}/images/${index}`;
    return { index, url, contentType: 'image/png', width: 512, height: 512, seed: 42 + index };
  }

  #envelope(apiNumber?: number) {
    const sequence = apiNumber ?? this.#attempt * attemptUnit + ++this.#n;
    return { generationId: this.id, sequence, timestamp: '2026-02-03T15:07:00.123Z' };
  }
}
