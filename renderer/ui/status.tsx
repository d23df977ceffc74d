import { Circle, CircleCheck, CirclePause, Clock, Info, OctagonX, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { cx } from './cx.ts';
import styles from './status.module.css';

export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'pending' | 'muted';

// A shape of its own for every tone: colour alone never says what is the matter.
const ICONS: Readonly<Record<Tone, LucideIcon>> = {
  ok: CircleCheck,
  warn: TriangleAlert,
  error: OctagonX,
  info: Info,
  pending: Clock,
  muted: Circle,
};

interface StatusProps {
  readonly tone: Tone;
  readonly word: string;
  readonly badge?: boolean;
  readonly paused?: boolean;
  /** The word is a name: only the icon has the colour. */
  readonly named?: boolean;
  readonly title?: string | undefined;
}

/** A state as icon, word and colour. */
export function Status({ tone, word, badge = false, paused = false, named = false, title }: StatusProps) {
  const Icon = paused ? CirclePause : ICONS[tone];
  return (
    <span className={cx(styles['text'], badge && styles['badge'], styles[tone])} title={title}>
      <Icon size={badge ? 12 : 14} aria-hidden />
      {named ? <span className={styles['name']}>{word}</span> : word}
    </span>
  );
}
