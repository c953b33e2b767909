import * as Progress from '@radix-ui/react-progress';
import { type CSSProperties, memo } from 'react';
import type { IProgressState } from '../../progress.js';
import { announcement, progressText } from '../../progress-text.js';
import { useReducedMotion } from './use-reduced-motion.js';

export interface ProgressBarProps {
  progress: IProgressState;
  /** Names the bar for screen readers. Default "Image generation". */
  label?: string;
  className?: string;
  barClassName?: string;
  indicatorClassName?: string;
  textClassName?: string;
  /** Of the spinner shown while there is no progress yet. */
  spinnerClassName?: string;
}

/** Shows progress from any source. Parts have `data-part` for styling. */
export const ProgressBar = memo(function ProgressBar({
  progress,
  label = 'Image generation',
  className,
  barClassName,
  indicatorClassName,
  textClassName,
  spinnerClassName,
}: ProgressBarProps) {
  const isMoving = !useReducedMotion();
  const { status, overallPercentage } = progress;
  const isWaiting = status === 'queued' || status === 'dispatched' || status === 'unknown';
  const value = isWaiting ? null : Math.min(100, Math.round(overallPercentage));
  const text = progressText(progress);
  return (
    <div className={className} data-part="progress" data-status={status} aria-busy={isWaiting}>
      <Progress.Root
        className={barClassName}
        data-part="bar"
        style={barStyle}
        value={value}
        aria-label={label}
        aria-valuetext={text}
      >
        <Progress.Indicator
          className={indicatorClassName}
          data-part="indicator"
          style={indicatorStyle(overallPercentage, isMoving)}
        />
      </Progress.Root>
      <div className={textClassName} data-part="text" aria-hidden="true">
        {isWaiting && <span className={spinnerClassName} data-part="spinner" />}
        {text}
      </div>
      <span role="status" style={visuallyHidden}>
        {announcement(progress)}
      </span>
    </div>
  );
});

const barStyle: CSSProperties = { position: 'relative', overflow: 'hidden' };

/** The compositor animates the transform, so the bar moves smoothly between events even while scripts are busy. */
function indicatorStyle(percentage: number, isMoving: boolean): CSSProperties {
  return {
    width: '100%',
    height: '100%',
    transformOrigin: 'left',
    transform: `scaleX(${Math.min(100, percentage) / 100})`,
    transition: isMoving ? 'transform 200ms linear' : 'none',
  };
}

const visuallyHidden: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
};
