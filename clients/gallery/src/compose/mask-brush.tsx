import { ApiError } from '@lockngen/client';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services';
import { Button } from '../ui/button';
import { useDraft } from './draft';
import { exportMask, type Point, paint, type Stroke } from './mask';
import { Refusal } from './refusal';

/** Paint over what shall change, by pointer or with arrow keys and the space bar. */
export function MaskBrush({ url }: { url: string }) {
  const { client } = useServices();
  const { set, setLater } = useDraft();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Point[] | null>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [percent, setPercent] = useState(12);
  const [isEraser, setEraser] = useState(false);
  const [cursor, setCursor] = useState<Point | null>(null);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const brush = (Math.max(size.width, size.height) * percent) / 100;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) {
      context.clearRect(0, 0, size.width, size.height);
      paint(context, strokes, getComputedStyle(document.documentElement).getPropertyValue('--accent'));
    }
  }, [strokes, size]);

  const change = async (next: readonly Stroke[]) => {
    setStrokes(next);
    setRefusal(null);
    if (next.length === 0) {
      set({ mask: undefined });
      return;
    }
    const mask = exportMask(next, size.width, size.height);
    try {
      await setLater(
        'mask',
        mask.then((blob) => client.upload(blob, 'mask.png')).then(({ name }) => name),
      );
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const at = (event: PointerEvent<HTMLElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = size.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };

  const begin = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = [at(event)];
    move(event);
  };

  const move = (event: PointerEvent<HTMLElement>) => {
    const context = canvas.current?.getContext('2d');
    if (drawing.current && context) {
      const points = [drawing.current.at(-1) ?? at(event), at(event)];
      drawing.current.push(at(event));
      const color = getComputedStyle(document.documentElement).getPropertyValue('--accent');
      paint(context, [{ points, width: brush, isEraser }], color);
    }
  };

  const end = () => {
    const points = drawing.current;
    drawing.current = null;
    if (points) {
      void change([...strokes, { points, width: brush, isEraser }]);
    }
  };

  const steer = (event: KeyboardEvent) => {
    const here = cursor ?? { x: size.width / 2, y: size.height / 2 };
    const step = brush / 2;
    const moves: Record<string, Point> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
      ' ': { x: 0, y: 0 },
    };
    const by = moves[event.key];
    if (!by) {
      return;
    }
    event.preventDefault();
    const there = {
      x: Math.min(size.width, Math.max(0, here.x + by.x)),
      y: Math.min(size.height, Math.max(0, here.y + by.y)),
    };
    setCursor(there);
    if (event.key === ' ') {
      void change([...strokes, { points: [there], width: brush, isEraser }]);
    }
  };

  const paintAll = () => {
    const middle = size.height / 2;
    const points = [
      { x: 0, y: middle },
      { x: size.width, y: middle },
    ];
    void change([{ points, width: 2 * Math.max(size.width, size.height), isEraser: false }]);
  };

  return (
    <div className="space-y-3">
      <div className="relative mx-auto w-fit overflow-hidden rounded-lg">
        <img
          src={url}
          alt="To be changed in part"
          className="max-h-112 max-w-full"
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize({ width: naturalWidth, height: naturalHeight })
          }
        />
        <div
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a surface to draw on takes the keyboard, too
          tabIndex={0}
          role="application"
          aria-label="Mask: paint over what shall change. Arrow keys move the brush, space paints."
          data-testid="mask"
          className="absolute inset-0 cursor-crosshair touch-none"
          onPointerDown={begin}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
          onKeyDown={steer}
          onBlur={() => setCursor(null)}
        >
          <canvas ref={canvas} width={size.width} height={size.height} className="size-full opacity-60" />
        </div>
        {cursor && size.width > 0 && (
          <span
            className="pointer-events-none absolute -translate-1/2 rounded-full border-2 border-white outline-1 outline-black"
            style={{
              left: `${(cursor.x / size.width) * 100}%`,
              top: `${(cursor.y / size.height) * 100}%`,
              width: `${(brush / size.width) * 100}%`,
              aspectRatio: 1,
            }}
          />
        )}
      </div>
      <div className="flex flex-wrap items-center justify-center gap-2">
        <label className="flex items-center gap-2 text-sm text-soft">
          Brush
          <input
            type="range"
            min={2}
            max={40}
            value={percent}
            className="w-28 accent-accent"
            onChange={(event) => setPercent(event.target.valueAsNumber)}
          />
        </label>
        <Button
          look="quiet"
          aria-pressed={isEraser}
          className="aria-pressed:bg-raised aria-pressed:text-ink"
          onClick={() => setEraser(!isEraser)}
        >
          Eraser
        </Button>
        <Button look="quiet" disabled={strokes.length === 0} onClick={() => change(strokes.slice(0, -1))}>
          Undo
        </Button>
        <Button look="quiet" disabled={strokes.length === 0} onClick={() => change([])}>
          Clear
        </Button>
        <Button look="quiet" onClick={paintAll}>
          Everything
        </Button>
      </div>
      {refusal && <Refusal error={refusal} />}
    </div>
  );
}
