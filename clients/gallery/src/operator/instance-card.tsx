import { type Instance, stateWords } from './instances';

const looks = {
  up: 'text-good',
  down: 'text-bad',
  unresponsive: 'text-warn',
  needsRestart: 'text-warn',
  unwatched: 'text-soft',
};

export function InstanceCard({ instance }: { instance: Instance }) {
  const { name, state, reason, version, running, capacity, queueRemaining } = instance;
  const facts = [
    version && `ComfyUI ${version}`,
    capacity != null && `${running ?? 0} of ${capacity} in work`,
    queueRemaining != null && `${queueRemaining} in its own queue`,
  ].filter(Boolean);
  return (
    <li
      className="space-y-1 rounded-2xl border border-line bg-raised px-4 py-3"
      data-testid="instance"
      data-state={state}
    >
      <p className="flex items-baseline justify-between gap-3">
        <span className="font-semibold break-all text-ink">{name}</span>
        <span className={`shrink-0 font-medium ${looks[state]}`}>{stateWords[state]}</span>
      </p>
      <p className="text-soft">{facts.join(' · ')}</p>
      {reason && <p className="text-ink">{reason}</p>}
      {state === 'needsRestart' && (
        <p className="text-soft">Restart ComfyUI on this machine; its work goes on elsewhere.</p>
      )}
    </li>
  );
}
