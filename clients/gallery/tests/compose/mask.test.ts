import { expect, it, vi } from 'vitest';
import { exportMask, paint } from '../../src/compose/mask';

/** Writes down what a canvas is told to draw; happy-dom has none that draws. */
function recorder() {
  const calls: string[] = [];
  const context = {
    globalCompositeOperation: '',
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 0,
    beginPath: () => undefined,
    moveTo: (x: number, y: number) =>
      calls.push(`${context.globalCompositeOperation} ${context.lineWidth} from ${x},${y}`),
    lineTo: (x: number, y: number) => calls.push(`to ${x},${y}`),
    stroke: () => calls.push(`stroke ${context.strokeStyle}`),
    fillRect: (...box: number[]) => calls.push(`${context.globalCompositeOperation} fill ${context.fillStyle} ${box}`),
  };
  return { calls, context: context as unknown as CanvasRenderingContext2D };
}

it('Paint_BrushAndEraser_AddAndTakeAway', () => {
  const { calls, context } = recorder();
  const points = [
    { x: 1, y: 2 },
    { x: 3, y: 4 },
  ];
  paint(
    context,
    [
      { points, width: 10, isEraser: false },
      { points: points.slice(1), width: 5, isEraser: true },
    ],
    'red',
  );
  expect(calls).toEqual([
    'source-over 10 from 1,2',
    'to 1,2',
    'to 3,4',
    'stroke red',
    'destination-out 5 from 3,4',
    'to 3,4',
    'stroke red',
  ]);
});

it('ExportMask_IsWhiteOnBlackInTheSizeOfThePicture', async () => {
  const { calls, context } = recorder();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation((take) => take(new Blob(['png'])));
  const mask = await exportMask([{ points: [{ x: 1, y: 2 }], width: 10, isEraser: false }], {
    width: 640,
    height: 480,
  });
  expect(mask.size).toBe(3);
  expect(calls).toContain('stroke white');
  expect(calls.at(-1)).toBe('destination-over fill black 0,0,640,480');
});
