/** The extensions of files that can contain a workflow. */
export const acceptedFiles =
  '.json,.png,.webp,.jpg,.jpeg,.avif,.mp4,.mov,.webm,.flac,.mp3,.ogg,.opus,.glb,.svg,.latent';

/** Whether a text is a workflow, in either format; other pasted text is ignored. */
export function isWorkflow(text: string): boolean {
  const start = text.trimStart();
  return start.startsWith('{') && (start.includes('"class_type"') || start.includes('"nodes"'));
}

export function asFile(text: string): File {
  return new File([text], 'Pasted workflow.json', { type: 'application/json' });
}

const thumbnailPixels = 192;

/** A small copy of a picture, for the template made from it; undefined if the file is not a picture. */
export async function thumbnailOf(file: Blob): Promise<string | undefined> {
  if (!file.type.startsWith('image/')) {
    return undefined;
  }
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, thumbnailPixels / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL('image/jpeg', 0.8);
  } catch {
    // The workflow is accepted even if the browser cannot read the picture.
    return undefined;
  }
}
