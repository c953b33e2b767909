export { GenerationProgress, type GenerationProgressProps } from './generation-progress.js';
export { ProgressBar, type ProgressBarProps } from './progress-bar.js';
