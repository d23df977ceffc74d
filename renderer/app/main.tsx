import './configure-zod.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import { systemClock } from '../../hub-core/common/base/clock.ts';
import { colorSheet } from '../ui/colors.ts';
import { followDesktop } from '../state/desktop.ts';
import { keepDraft } from '../state/draft-journal.ts';
import { startFeeds } from '../state/feeds.ts';
import { followJobs } from '../state/jobs.ts';
import { App } from './app.tsx';
import { runDesktopCommand } from './desktop-commands.ts';
import { bindGlobalKeys } from './global-keys.ts';

const colors = new CSSStyleSheet();
colors.replaceSync(colorSheet());
document.adoptedStyleSheets.push(colors);

const root = document.getElementById('root');
if (root === null) throw new Error('Cannot start the console: index.html has no element "root"');

const leaving = new AbortController();
window.addEventListener('pagehide', () => leaving.abort(), { once: true });
// What is written down in a browser ends with its tab: the page's address may be another program's tomorrow.
keepDraft({
  storage: window.whub === undefined ? sessionStorage : localStorage,
  clock: systemClock,
  signal: leaving.signal,
});
startFeeds(leaving.signal);
followJobs(leaving.signal);
followDesktop(leaving.signal, runDesktopCommand);
bindGlobalKeys();

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
