import { X } from 'lucide-react';
import { toggleDock } from '../../state/preferences.ts';
import { IconButton } from '../../ui/button.tsx';
import { JobList } from './job-list.tsx';
import styles from './dock.module.css';

/** What goes on beside the page: jobs, with their progress and a way to stop them. */
export function Dock() {
  return (
    <section className={styles['dock']} aria-label="Jobs" data-pane tabIndex={-1}>
      <header className={styles['head']}>
        <h2>Jobs</h2>
        <IconButton small label="Close dock" icon={<X size={14} aria-hidden />} onClick={toggleDock} />
      </header>
      <JobList />
    </section>
  );
}
