import { ApiError } from '@lockngen/client';
import { type ClipboardEvent, type DragEvent, useEffect, useState } from 'react';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { MaskBrush } from './mask-brush';
import { Refusal } from './refusal';
import { useDraft } from './use-draft';

/** The picture to start from: dropped, pasted or chosen; uploaded immediately, so that Generate need not wait for it. */
export function ImageField({ hasMask }: { hasMask: boolean }) {
  const { client, draft } = useServices();
  const { values } = useDraft();
  const [picture, setPicture] = useState<{ url: string; name: string } | null>(null);
  const [isOver, setOver] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  useEffect(() => () => (picture ? URL.revokeObjectURL(picture.url) : undefined), [picture]);

  const take = async (files: FileList | undefined) => {
    const file = [...(files ?? [])].find(({ type }) => type.startsWith('image/'));
    setRefusal(null);
    if (!file) {
      setRefusal(
        new ApiError(0, { title: 'That is not a picture. Choose a PNG, JPEG or WebP file.', code: 'incomplete' }),
      );
      return;
    }
    setPicture({ url: URL.createObjectURL(file), name: file.name });
    draft.set({ mask: undefined });
    try {
      await draft.setLater(
        'image',
        client.upload(file, file.name).then(({ name }) => name),
      );
    } catch (error) {
      setPicture(null);
      setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
    }
  };

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };

  const paste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      void take(event.clipboardData.files);
    }
  };

  const remove = () => {
    setPicture(null);
    draft.set({ image: undefined, mask: undefined });
  };

  const name = picture?.name ?? (typeof values.image === 'string' ? values.image : undefined);
  return (
    <fieldset
      className="mt-4 space-y-3"
      onPaste={paste}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <legend className="sr-only">Picture to start from</legend>
      {picture && hasMask && <MaskBrush key={picture.url} url={picture.url} />}
      {picture && !hasMask && (
        <img src={picture.url} alt={`To start from: ${picture.name}`} className="max-h-64 rounded-lg" />
      )}
      <div className="flex items-center gap-2">
        <label
          data-testid="drop-zone"
          className={`flex min-h-14 flex-1 items-center justify-center gap-3 rounded-2xl border border-dashed px-4 py-3 text-center text-sm transition has-focus-visible:outline-2 has-focus-visible:outline-accent-text ${isOver ? 'border-accent bg-accent/10 text-ink' : 'border-edge text-soft hover:text-ink'}`}
        >
          <Icon name="image" className="size-5" />
          <span className="min-w-0 break-words">
            {name ? `${name} · drop another one to replace it` : 'Drop a picture here, paste one, or choose a file'}
          </span>
          <input
            type="file"
            accept="image/png,image/jpeg,image/webp"
            className="sr-only"
            aria-label="Picture to start from"
            onChange={(event) => void take(event.target.files ?? undefined)}
          />
        </label>
        {name && (
          <Button
            look="icon"
            icon="close"
            aria-label="Remove the picture"
            title="Remove the picture"
            onClick={remove}
          />
        )}
      </div>
      {hasMask && !picture && name && (
        <p className="text-sm text-soft">Choose the picture once more to paint a new mask.</p>
      )}
      {refusal && <Refusal error={refusal} />}
    </fieldset>
  );
}
