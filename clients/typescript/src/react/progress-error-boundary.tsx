import { Component, type ErrorInfo, type ReactNode } from 'react';

export interface ProgressErrorBoundaryProps {
  children?: ReactNode;
  /** Shown instead; a function gets the error and a way to try again. */
  fallback?: ReactNode | ((error: Error, retry: () => void) => ReactNode);
  onError?: (error: Error, info: ErrorInfo) => void;
}

/** A progress display that fails must not take the page with it: the generation goes on all the same. */
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
