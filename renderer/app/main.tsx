import './configure-zod.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import { systemClock } from '../../hub-core/common/base/clock.ts';
import { Emitter } from '../../hub-core/common/base/emitter.ts';
import { colorSheet } from '../ui/colors.ts';
import { bridge } from '../state/console.ts';
import { followColumns } from '../state/custom-columns.ts';
import { DesktopStorage } from '../state/desktop-storage.ts';
import { followDesktop } from '../state/desktop.ts';
import { keepDraft } from '../state/draft-journal.ts';
import { startFeeds } from '../state/feeds.ts';
import { watchAnswers } from '../state/hub-state.ts';
import { followJobs } from '../state/jobs.ts';
import { keepPlace } from '../state/place-journal.ts';
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
const away = new Emitter<unknown>();
window.addEventListener('blur', (event) => away.emit(event));
document.addEventListener('visibilitychange', (event) => away.emit(event));

/** What was there when the page ended. */
async function comeBack(): Promise<void> {
  const journal = { clock: systemClock, away: away.event, signal: leaving.signal };
  if (bridge.desktop === undefined) {
    // What is written down in a browser ends with its tab: the page's address may be another program's tomorrow.
    keepDraft({ storage: sessionStorage, ...journal });
    return;
  }
  const storage = await DesktopStorage.open(bridge.desktop);
  keepDraft({ storage, ...journal });
  keepPlace({ storage, ...journal });
}

async function start(element: HTMLElement): Promise<void> {
  startFeeds(leaving.signal);
  followJobs(leaving.signal);
  watchAnswers(leaving.signal);
  followColumns(leaving.signal);
  await comeBack();
  followDesktop(leaving.signal, runDesktopCommand);
  bindGlobalKeys();
  createRoot(element).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start(root);
