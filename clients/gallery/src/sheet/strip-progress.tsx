import { type GenerationState, initialProgress, trackProgress } from '@lockngen/client';
import { useProgressTracking } from '@lockngen/client/react';
import { ProgressBar } from '@lockngen/client/react/progress';
import { about } from '../ui/duration';
import { activityOf } from './activity';

interface StripProgressProps {
  /** The known state, used until the hook has received the generation. */
  state: GenerationState;
  label: string;
}

/** The progress of a generation: uses only the hook, not the connection. */
export function StripProgress({ state, label }: StripProgressProps) {
  const tracked = useProgressTracking(state.generationId);
  const progress = tracked.status === 'unknown' ? trackProgress(initialProgress, state) : tracked;
  const { status, currentNode, currentNodeType, totalSteps, eta } = progress;
  const seconds = status === 'running' ? eta : state.estimatedWaitSeconds;
  // Without steps, the text beside the bar says what is happening.
  const activity = status === 'running' && totalSteps > 0 ? (activityOf(currentNodeType) ?? currentNode) : undefined;
  return (
    <div className="relative">
      <ProgressBar
        progress={progress}
        label={label}
        className="space-y-2"
        barClassName="h-1 w-full rounded-full bg-line data-[state=indeterminate]:animate-pulse"
        indicatorClassName="rounded-full bg-accent"
        spinnerClassName="spinner mr-2 align-[-0.1em]"
        textClassName="text-sm font-medium tabular-nums text-ink"
      />
      <p className="mt-0.5 flex justify-between gap-4 text-sm text-soft">
        <span title={currentNode ?? undefined} data-testid="activity">
          {activity}
        </span>
        <span className="tabular-nums" data-testid="eta">
          {seconds != null &&
            seconds > 0 &&
            (status === 'running' ? `${about(seconds)} left` : `begins in ${about(seconds)}`)}
        </span>
      </p>
    </div>
  );
}
