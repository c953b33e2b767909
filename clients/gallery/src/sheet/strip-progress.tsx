import { type GenerationState, initialProgress, trackProgress } from '@lockngen/client';
import { useProgressTracking } from '@lockngen/client/react';
import { ProgressBar } from '@lockngen/client/react/progress';
import { about } from '../ui/duration';
import { activityOf } from './activity';

interface StripProgressProps {
  /** What the page knows already: stands in until the hook has heard of the generation. */
  state: GenerationState;
  label: string;
}

/** How far a generation is: knows the hook only, not the connection. */
export function StripProgress({ state, label }: StripProgressProps) {
  const tracked = useProgressTracking(state.generationId);
  const progress = tracked.status === 'unknown' ? trackProgress(initialProgress, state) : tracked;
  const { status, currentNode, currentNodeType, totalSteps, eta } = progress;
  const seconds = status === 'running' ? eta : state.estimatedWaitSeconds;
  // Without steps to count, the text beside the bar says what happens.
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
