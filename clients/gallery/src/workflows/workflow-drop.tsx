import { ApiError, type ImportedWorkflow } from '@lockngen/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Refusal } from '../compose/refusal';
import { useServices } from '../platform/services';
import { Button } from '../ui/button';
import { ImportSheet } from './import-sheet';
import { acceptedFiles, asFile, isWorkflow, thumbnailOf } from './workflow-source';

/** Accepts workflows that are dropped or pasted anywhere, or chosen with the button. */
export function WorkflowDrop() {
  const { client } = useServices();
  const chooser = useRef<HTMLInputElement>(null);
  const [opened, setOpened] = useState<{ imported: ImportedWorkflow; picture?: string } | null>(null);
  const [refusal, setRefusal] = useState<ApiError | null>(null);

  const take = useCallback(
    async (file: File | undefined) => {
      if (!file) {
        return;
      }
      setRefusal(null);
      try {
        const [imported, picture] = await Promise.all([client.importWorkflow(file, file.name), thumbnailOf(file)]);
        setOpened({ imported, ...(picture && { picture }) });
      } catch (error) {
        setRefusal(error instanceof ApiError ? error : ApiError.unreachable(error));
      }
    },
    [client],
  );

  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      // A picture field has already accepted it.
      if (!event.defaultPrevented) {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }
    };
    const paste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      const file = isWorkflow(text) ? asFile(text) : event.clipboardData?.files[0];
      if (file && !event.defaultPrevented) {
        event.preventDefault();
        void take(file);
      }
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, [take]);

  return (
    <div className="mx-auto w-full max-w-4xl space-y-3 text-center">
      <input
        ref={chooser}
        type="file"
        accept={acceptedFiles}
        className="hidden"
        aria-label="Workflow file"
        data-testid="workflow-file"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Button look="quiet" icon="plus" onClick={() => chooser.current?.click()}>
        Add workflow
      </Button>
      {refusal && <Refusal error={refusal} />}
      {opened && <ImportSheet {...opened} onClose={() => setOpened(null)} />}
    </div>
  );
}
