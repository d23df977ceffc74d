import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { ComponentType } from 'react';
import { queryClient } from '../state/console.ts';
import { usePage } from '../state/pages.ts';
import type { Page } from '../state/pages.ts';
import { Toaster } from '../ui/toaster.tsx';
import { useTheme } from '../ui/use-theme.ts';
import { OverviewPage } from '../features/overview/overview-page.tsx';
import { ClearCaptureDialog } from './frame/clear-capture-dialog.tsx';
import { CommandPalette } from './frame/command-palette.tsx';
import { DockedPage } from './frame/docked-page.tsx';
import { ErrorBoundary } from './frame/error-boundary.tsx';
import { HelpDialog } from './frame/help-dialog.tsx';
import { ConnectionGate } from './frame/connection-gate.tsx';
import { Rail } from './frame/rail.tsx';
import { StatusBar } from './frame/status-bar.tsx';
import { TitleBar } from './frame/title-bar.tsx';
import styles from './app.module.css';

// The Overview comes first and must be there at once; what needs editors is loaded when it is opened.
const SCREENS: Readonly<Record<Page, ComponentType>> = {
  overview: OverviewPage,
  inspector: lazy(async () => ({ default: (await import('../features/inspector/inspector.tsx')).Inspector })),
  connections: lazy(async () => ({
    default: (await import('../features/connections/connections-page.tsx')).ConnectionsPage,
  })),
  services: lazy(async () => ({ default: (await import('../features/services/services-page.tsx')).ServicesPage })),
  compose: lazy(async () => ({ default: (await import('../features/compose/compose-page.tsx')).ComposePage })),
  access: lazy(async () => ({ default: (await import('../features/access/access-page.tsx')).AccessPage })),
  clients: lazy(async () => ({ default: (await import('../features/clients/clients-page.tsx')).ClientsPage })),
};

function Frame() {
  const page = usePage((state) => state.page);
  useTheme();
  const Screen = SCREENS[page];
  return (
    <div className={styles['frame']}>
      <TitleBar />
      <Rail />
      <main className={styles['main']}>
        <ConnectionGate>
          <DockedPage>
            <ErrorBoundary key={page}>
              <Suspense fallback={null}>
                <Screen />
              </Suspense>
            </ErrorBoundary>
          </DockedPage>
        </ConnectionGate>
      </main>
      <StatusBar />
      <CommandPalette />
      <HelpDialog />
      <ClearCaptureDialog />
    </div>
  );
}

export function App() {
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Frame />
        <Toaster />
      </QueryClientProvider>
    </CSPProvider>
  );
}
