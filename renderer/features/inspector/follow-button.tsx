import { ArrowDownToLine } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { keyHint } from '../../ui/keys.ts';

interface FollowButtonProps {
  readonly follow: boolean;
  readonly onToggle: () => void;
}

/** Whether a list goes along with its end. */
export function FollowButton({ follow, onToggle }: FollowButtonProps) {
  return (
    <Button
      small
      variant="ghost"
      aria-pressed={follow}
      title={keyHint('list-follow')}
      icon={<ArrowDownToLine size={14} aria-hidden />}
      onClick={onToggle}
    >
      Follow
    </Button>
  );
}
