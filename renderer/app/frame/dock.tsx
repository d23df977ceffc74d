import { X } from 'lucide-react';
import { toggleDock, usePreferences } from '../../state/preferences.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { JobList } from './job-list.tsx';
import { LogView } from './log-view.tsx';
import styles from './dock.module.css';

const VIEWS = [
  ['jobs', 'Jobs'],
  ['log', 'Log'],
] as const;

/** What goes on beside the page: jobs, with their progress and a way to stop them, and what is logged. */
export function Dock() {
  const view = usePreferences(({ dockView }) => dockView);
  return (
    <section className={styles['dock']} aria-label={view === 'jobs' ? 'Jobs' : 'Log'} data-pane tabIndex={-1}>
      <header className={styles['head']}>
        <div role="group" aria-label="Dock">
          {VIEWS.map(([id, name]) => (
            <Button
              key={id}
              small
              variant="ghost"
              aria-pressed={id === view}
              onClick={() => usePreferences.setState({ dockView: id })}
            >
              {name}
            </Button>
          ))}
        </div>
        <IconButton small label="Close dock" icon={<X size={14} aria-hidden />} onClick={toggleDock} />
      </header>
      {view === 'jobs' ? <JobList /> : <LogView />}
    </section>
  );
}
