import { Component, type ErrorInfo, type ReactNode } from 'react';

export interface ProgressErrorBoundaryProps {
  children?: ReactNode;
  /** Shown instead; a function receives the error and a retry callback. */
  fallback?: ReactNode | ((error: Error, retry: () => void) => ReactNode);
  onError?: (error: Error, info: ErrorInfo) => void;
}

/** An error in a progress display must not affect the rest of the page: the generation continues. */
export class ProgressErrorBoundary extends Component<ProgressErrorBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    this.props.onError?.(error, info);
  }

  readonly #retry = () => this.setState({ error: null });

  override render(): ReactNode {
    const { error } = this.state;
    const { children, fallback } = this.props;
    if (!error) {
      return children;
    }
    if (typeof fallback === 'function') {
      return fallback(error, this.#retry);
    }
    return (
      fallback ?? (
        <p role="alert">
          The progress cannot be shown; your images are still being made.{' '}
          <button type="button" onClick={this.#retry}>
            Try again
          </button>
        </p>
      )
    );
  }
}
