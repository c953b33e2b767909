import type { ApiError } from '@lockngen/client';
import { Notice } from '../ui/notice';

/** Why the server did not take a request, and what to do next. */
export function Refusal({ error }: { error: ApiError }) {
  const { title, detail, errors, suggestion, code } = error;
  const reasons = Object.entries(errors).flatMap(([field, messages]) => messages.map((text) => ({ field, text })));
  return (
    <Notice title={title} advice={code === 'incomplete' ? undefined : suggestion}>
      {detail && detail !== title && <p className="break-words text-ink">{detail}</p>}
      {reasons.length > 0 && (
        <ul className="list-disc space-y-0.5 pl-5 text-ink">
          {reasons.map(({ field, text }) => (
            <li key={`${field}: ${text}`} className="break-words">
              {text.includes(field) ? text : `${field}: ${text}`}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
