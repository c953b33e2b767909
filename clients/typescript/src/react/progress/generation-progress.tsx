import { useLockNGen } from '../context.js';
import { ProgressErrorBoundary } from '../progress-error-boundary.js';
import { useProgressTracking } from '../use-progress-tracking.js';
import { ProgressBar, type ProgressBarProps } from './progress-bar.js';

export interface GenerationProgressProps extends Omit<ProgressBarProps, 'progress'> {
  generationId: string | null | undefined;
}

/** The live progress of one generation. */
export function GenerationProgress(props: GenerationProgressProps) {
  // A missing provider is a mistake of the developer, who must see it, so the boundary must not hide it.
  useLockNGen('GenerationProgress');
  return (
    <ProgressErrorBoundary>
      <TrackedProgress {...props} />
    </ProgressErrorBoundary>
  );
}

function TrackedProgress({ generationId, ...bar }: GenerationProgressProps) {
  return <ProgressBar progress={useProgressTracking(generationId)} {...bar} />;
}
