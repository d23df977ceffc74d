import { Circle, CircleCheck, CirclePause, Clock, Info, OctagonX, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import { cx } from './cx.ts';
import styles from './status.module.css';

export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'pending' | 'muted';

// A shape of its own for every tone: colour alone never says what is the matter.
const ICONS: Readonly<Record<Tone | 'paused', LucideIcon>> = {
  ok: CircleCheck,
  warn: TriangleAlert,
  error: OctagonX,
  info: Info,
  pending: Clock,
  muted: Circle,
  paused: CirclePause,
};

type Icons = Readonly<Record<keyof typeof ICONS, ReactElement>>;

/** Elements that are made once: lists show hundreds, and React looks no further at one that is the same as before. */
const iconsOf = (size: number): Icons => {
  const made = Object.entries(ICONS).map(([name, Icon]) => [name, <Icon key={name} size={size} aria-hidden />]);
  return Object.fromEntries(made) as Icons;
};
const [SMALL, USUAL] = [iconsOf(12), iconsOf(14)];

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
  return (
    <span className={cx(styles['text'], badge && styles['badge'], styles[tone])} title={title}>
      {(badge ? SMALL : USUAL)[paused ? 'paused' : tone]}
      {named ? <span className={styles['name']}>{word}</span> : word}
    </span>
  );
}
