import { fileNameOf, type GenerationResult } from '@lockngen/client';
import { useServices } from '../platform/services';
import { Icon } from '../ui/icon';
import { nameOf } from './words';

/** A file under the name that it has in ComfyUI. */
export function DownloadLink({ result, className = '' }: { result: GenerationResult; className?: string }) {
  const { imageUrl } = useServices();
  return (
    <a
      href={imageUrl(result.url)}
      download={fileNameOf(result)}
      className={`grid size-10 shrink-0 place-items-center rounded-full ${className}`}
      aria-label={`Download ${nameOf(result)}`}
      title="Download"
    >
      <Icon name="download" />
    </a>
  );
}
