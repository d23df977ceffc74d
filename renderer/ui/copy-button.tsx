import { useEffect, useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { Button, IconButton } from './button.tsx';
import { copyText } from './clipboard.ts';

const SHOW_DONE_MS = 1_500;

interface CopyButtonProps {
  /** A long text is made when it is copied. */
  readonly text: string | (() => string);
  /** What is copied, for the name of the button: `Copy key`. */
  readonly what: string;
  /** With its name as text beside the icon. */
  readonly labelled?: boolean;
  readonly small?: boolean;
}

export function CopyButton({ text, what, labelled = false, small = true }: CopyButtonProps) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = window.setTimeout(() => setDone(false), SHOW_DONE_MS);
    return () => window.clearTimeout(timer);
  }, [done]);

  const icon = done ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />;
  const onClick = (): void => void copyText(typeof text === 'string' ? text : text(), what).then(setDone);
  const name = `Copy ${what}`;
  return labelled ? (
    <Button small={small} icon={icon} onClick={onClick} aria-label={name}>
      {done ? 'Copied' : name}
    </Button>
  ) : (
    <IconButton small={small} icon={icon} onClick={onClick} label={done ? 'Copied' : name} />
  );
}
