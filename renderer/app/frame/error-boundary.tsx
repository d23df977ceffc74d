import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

interface ErrorBoundaryState {
  readonly error: Error | undefined;
  readonly stack: string;
}

/** Keeps a page that failed from taking the frame with it. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined, stack: '' };

  static getDerivedStateFromError(thrown: unknown): Partial<ErrorBoundaryState> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override componentDidCatch(_: unknown, info: ErrorInfo): void {
    this.setState({ stack: info.componentStack ?? '' });
  }

  override render(): ReactNode {
    const { error, stack } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <EmptyState
        title="This page failed"
        actions={
          <>
            <Button variant="primary" onClick={() => this.setState({ error: undefined, stack: '' })}>
              Show it again
            </Button>
            <CopyButton labelled small={false} text={`${error.stack ?? error.message}\n${stack}`} what="diagnostics" />
          </>
        }
      >
        {error.message}
      </EmptyState>
    );
  }
}
