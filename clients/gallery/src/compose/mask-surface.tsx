import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { type Point, paint, type Size, type Stroke } from './mask';

interface MaskSurfaceProps {
  size: Size;
  strokes: readonly Stroke[];
  /** The size of the brush, in pixels of the picture. */
  width: number;
  isEraser: boolean;
  onStroke(stroke: Stroke): void;
}

/** Covers the picture and accepts strokes, made with a pointer or with arrow keys and the space bar. */
export function MaskSurface({ size, strokes, width, isEraser, onStroke }: MaskSurfaceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Point[] | null>(null);
  const [cursor, setCursor] = useState<Point | null>(null);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) {
      context.clearRect(0, 0, size.width, size.height);
      paint(context, strokes, color());
    }
  }, [strokes, size]);

  const begin = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = [at(event, size)];
    move(event);
  };

  // The stroke becomes state only at its end: a render for every move would lag.
  const move = (event: PointerEvent<HTMLElement>) => {
    const context = canvas.current?.getContext('2d');
    const last = drawing.current?.at(-1);
    if (last && context) {
      const point = at(event, size);
      drawing.current?.push(point);
      paint(context, [{ points: [last, point], width, isEraser }], color());
    }
  };

  const end = () => {
    const points = drawing.current;
    drawing.current = null;
    if (points) {
      onStroke({ points, width, isEraser });
    }
  };

  const steer = (event: KeyboardEvent) => {
    const step = width / 2;
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
      ' ': [0, 0],
    };
    const by = moves[event.key];
    if (!by) {
      return;
    }
    event.preventDefault();
    const here = cursor ?? { x: size.width / 2, y: size.height / 2 };
    const there = { x: within(here.x + by[0], size.width), y: within(here.y + by[1], size.height) };
    setCursor(there);
    if (event.key === ' ') {
      onStroke({ points: [there], width, isEraser });
    }
  };

  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a surface to draw on takes the keyboard, too
      tabIndex={0}
      role="application"
      aria-label="Mask: paint over what shall change. Arrow keys move the brush, space paints."
      data-testid="mask"
      className="absolute inset-0 cursor-crosshair touch-none overflow-hidden"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={steer}
      onBlur={() => setCursor(null)}
    >
      <canvas ref={canvas} width={size.width} height={size.height} className="size-full opacity-60" />
      {cursor && (
        <span
          className="pointer-events-none absolute -translate-1/2 rounded-full border-2 border-white outline-1 outline-black"
          style={{
            left: `${(cursor.x / size.width) * 100}%`,
            top: `${(cursor.y / size.height) * 100}%`,
            width: `${(width / size.width) * 100}%`,
            aspectRatio: 1,
          }}
        />
      )}
    </div>
  );
}

function at({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>, size: Size): Point {
  const box = currentTarget.getBoundingClientRect();
  const scale = size.width / box.width;
  return { x: (clientX - box.left) * scale, y: (clientY - box.top) * scale };
}

function within(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}

function color(): string {
  return getComputedStyle(document.documentElement).getPropertyValue('--accent');
}
