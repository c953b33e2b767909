import type { ApiError } from '@lockngen/client';
import { Notice } from '../ui/notice';

/** Why the server refused a request, and what to do next. */
export function Refusal({ error }: { error: ApiError }) {
  const { title, detail, errors, suggestion, code } = error;
  // The detail repeats the message of a single error.
  const reasons = errors.filter(({ message }) => message !== detail);
  return (
    <Notice title={code === 'invalid_request' ? 'This cannot be made as it is.' : title}>
      {detail && detail !== title && <p className="break-words text-ink">{detail}</p>}
      {reasons.length > 0 && (
        <ul className="list-disc space-y-0.5 pl-5 text-ink">
          {reasons.map(({ field, nodeId, nodeType, message }) => (
            <li key={`${field} ${nodeId} ${message}`} className="break-words">
              {nodeType && `${nodeType} #${nodeId}: `}
              {message}
            </li>
          ))}
        </ul>
      )}
      {code !== 'incomplete' && <p className="text-soft">{suggestion}</p>}
    </Notice>
  );
}
