import { ApiError } from '@lockngen/client';
import { useState } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { everything, exportMask, type Stroke } from './mask';
import { MaskSurface } from './mask-surface';
import { Refusal } from './refusal';

/** The picture to be changed in part, with a brush to mark the part. Every stroke uploads the mask again, so Generate need not wait. */
export function MaskBrush({ url }: { url: string }) {
  const { client, draft } = useServices();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [percent, setPercent] = useState(12);
  const [isEraser, setEraser] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const isEmpty = strokes.length === 0;

  const change = async (next: readonly Stroke[]) => {
    setStrokes(next);
    setRefusal(null);
    try {
      await draft.setLater('mask', next.length > 0 ? upload(next) : Promise.resolve(undefined));
    } catch (error) {
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const upload = async (mask: readonly Stroke[]) => {
    const { name } = await client.upload(await exportMask(mask, size), 'mask.png');
    return name;
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
        {size.width > 0 && (
          <MaskSurface
            size={size}
            strokes={strokes}
            width={(Math.max(size.width, size.height) * percent) / 100}
            isEraser={isEraser}
            onStroke={(stroke) => change([...strokes, stroke])}
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
        <Button look="quiet" disabled={isEmpty} onClick={() => change(strokes.slice(0, -1))}>
          Undo
        </Button>
        <Button look="quiet" disabled={isEmpty} onClick={() => change([])}>
          Clear
        </Button>
        <Button look="quiet" onClick={() => change([everything(size)])}>
          Everything
        </Button>
      </div>
      {refusal && <Refusal error={refusal} />}
    </div>
  );
}
