import { useEffect, useRef, useState } from 'react';
import type { ComposeInput } from '../../../../hub-core/console/contract/hub-contract.ts';
import { bridge } from '../../../state/console.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field, TextInput } from '../../../ui/field.tsx';
import { errorText, plural } from '../../../ui/format.ts';
import { resendText, runResends } from './resend-run.ts';
import type { ResendProgress } from './resend-run.ts';
import { loadResend } from './use-resend.ts';
import styles from './resend-dialog.module.css';

const MAX_COUNT = 10_000;
const MAX_INTERVAL_MS = 600_000;

/** A whole number within its range; undefined for anything else. */
function whole(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  const done = Promise.withResolvers<void>();
  const timer = window.setTimeout(done.resolve, ms);
  signal.addEventListener('abort', () => {
    window.clearTimeout(timer);
    done.resolve();
  });
  return done.promise;
}

const sendOnce = async (input: ComposeInput): Promise<number> => (await bridge.hub.compose.send(input)).status;

/** The series that runs, if one does; it ends with the dialog. */
function useSeries(seq: number) {
  const [progress, setProgress] = useState<ResendProgress>();
  const [problem, setProblem] = useState<string>();
  const [running, setRunning] = useState(false);
  const stopping = useRef<AbortController>(null);
  const stop = (): void => stopping.current?.abort();
  useEffect(() => () => stopping.current?.abort(), []);
  const start = async (count: number, intervalMs: number): Promise<void> => {
    const controller = new AbortController();
    stopping.current = controller;
    setRunning(true);
    setProblem(undefined);
    setProgress(undefined);
    try {
      const input = await loadResend(seq);
      const run = { count, intervalMs, send: () => sendOnce(input), wait, onProgress: setProgress };
      setProgress(await runResends({ ...run, signal: controller.signal }));
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setRunning(false);
    }
  };
  return { progress, problem, running, start, stop };
}

interface ResendDialogProps {
  readonly seq: number;
  readonly onClose: () => void;
}

/** Sends a captured request several times, byte for byte. */
export function ResendDialog({ seq, onClose }: ResendDialogProps) {
  const [count, setCount] = useState('10');
  const [pause, setPause] = useState('0');
  const { progress, problem, running, start, stop } = useSeries(seq);
  const times = whole(count, 1, MAX_COUNT);
  const intervalMs = whole(pause, 0, MAX_INTERVAL_MS);
  const ready = times !== undefined && intervalMs !== undefined && !running;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Resend #${seq}`}
      description="The same bytes again, one after another, in the console’s own name."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {running ? (
            <Button variant="danger" onClick={stop}>
              Stop
            </Button>
          ) : (
            <Button
              variant="primary"
              disabled={!ready}
              onClick={() => {
                if (times !== undefined && intervalMs !== undefined) void start(times, intervalMs);
              }}
            >
              Send
            </Button>
          )}
        </>
      }
    >
      <div className={styles['fields']}>
        <Field
          label="Times"
          hint={`1 to ${MAX_COUNT}`}
          error={times === undefined ? `A whole number from 1 to ${MAX_COUNT}` : undefined}
        >
          {(ids) => (
            <TextInput {...ids} inputMode="numeric" value={count} onChange={(event) => setCount(event.target.value)} />
          )}
        </Field>
        <Field
          label="Pause, ms"
          hint="Between an answer and the next send"
          error={intervalMs === undefined ? `A whole number from 0 to ${MAX_INTERVAL_MS}` : undefined}
        >
          {(ids) => (
            <TextInput {...ids} inputMode="numeric" value={pause} onChange={(event) => setPause(event.target.value)} />
          )}
        </Field>
      </div>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {progress === undefined ? null : <Progress progress={progress} running={running} />}
    </Dialog>
  );
}

function Progress({ progress, running }: { readonly progress: ResendProgress; readonly running: boolean }) {
  const { sent, of } = progress;
  const state = running ? 'Sending' : sent < of ? 'Stopped' : 'Done';
  return (
    <div className={styles['progress']}>
      <progress aria-label="Resends" value={sent} max={of} />
      <p role="status" aria-label="State of the resends">
        {state}: {sent} of {plural(of, 'send')}. {resendText(progress)}
      </p>
    </div>
  );
}
