import { activityOf } from './activity.js';
import type { IProgressState } from './progress.js';

/** "Image 2 of 4 - Step 12/20 (60%)", or the current state. */
export function progressText(progress: IProgressState): string {
  const { status, position, currentStep, totalSteps, percentage, currentNode, currentNodeType } = progress;
  switch (status) {
    case 'queued':
      return position ? `Waiting - ${position} ahead of you` : 'Waiting - next in line';
    case 'dispatched':
      return position ? `Waiting - ${position} ahead of you` : texts.dispatched;
    case 'running': {
      const step = `Step ${currentStep}/${totalSteps} (${Math.round(percentage)}%)`;
      const activity = totalSteps > 0 ? step : (activityOf(currentNodeType) ?? currentNode ?? 'Loading');
      return [imageText(progress), activity].filter(Boolean).join(' - ');
    }
    default:
      return texts[status];
  }
}

/** For screen readers: changes only at milestones, to avoid constant announcements. */
export function announcement(progress: IProgressState): string {
  if (progress.status !== 'running') {
    return progressText(progress);
  }
  const quarter = Math.floor(progress.overallPercentage / 25) * 25;
  return [imageText(progress) ?? 'Generating', quarter > 0 && `${quarter}% done`].filter(Boolean).join(' - ');
}

function imageText({ imageIndex, totalImages }: IProgressState): string | undefined {
  return imageIndex > 0 && totalImages > 0 ? `Image ${imageIndex} of ${totalImages}` : undefined;
}

const texts = {
  unknown: 'Connecting',
  dispatched: 'Starting',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
