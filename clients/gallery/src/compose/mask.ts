export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels of the picture. */
export interface Stroke {
  readonly points: readonly Point[];
  readonly width: number;
  readonly isEraser: boolean;
}

/** Draws the strokes over the existing content, in one colour. */
export function paint(canvas: CanvasRenderingContext2D, strokes: readonly Stroke[], color: string): void {
  canvas.lineCap = 'round';
  canvas.lineJoin = 'round';
  canvas.strokeStyle = color;
  for (const { points, width, isEraser } of strokes) {
    const [first] = points;
    if (first) {
      canvas.globalCompositeOperation = isEraser ? 'destination-out' : 'source-over';
      canvas.lineWidth = width;
      canvas.beginPath();
      canvas.moveTo(first.x, first.y);
      for (const { x, y } of points) {
        canvas.lineTo(x, y);
      }
      canvas.stroke();
    }
  }
  canvas.globalCompositeOperation = 'source-over';
}

/** One stroke that covers the whole picture. */
export function everything({ width, height }: Size): Stroke {
  const middle = height / 2;
  const points = [
    { x: 0, y: middle },
    { x: width, y: middle },
  ];
  return { points, width: 2 * Math.max(width, height), isEraser: false };
}

/** White where the picture is to be changed, black elsewhere, as ComfyUI's inpainting expects. */
export async function exportMask(strokes: readonly Stroke[], { width, height }: Size): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('This browser cannot draw.');
  }
  paint(context, strokes, 'white');
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = 'black';
  context.fillRect(0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The mask could not be saved.'))), 'image/png');
  });
}
