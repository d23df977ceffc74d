import { PanelBottom, PanelRight, PanelRightClose } from 'lucide-react';
import { cycleDetailPlace, shownDetailPlace, usePreferences } from '../../state/preferences.ts';
import type { DetailPlace } from '../../state/preferences.ts';
import { Button } from '../../ui/button.tsx';
import { keyHint } from '../../ui/keys.ts';
import { NARROW } from '../../ui/narrow.ts';
import { FoldingLabel } from '../../ui/page.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';

const ICONS: Readonly<Record<DetailPlace, typeof PanelRight>> = {
  right: PanelRight,
  below: PanelBottom,
  hidden: PanelRightClose,
};

/** Where the detail is, and the way to its next place. */
export function DetailPlaceButton() {
  const narrow = useMediaQuery(NARROW);
  const place = shownDetailPlace(
    usePreferences(({ detailPlace }) => detailPlace),
    narrow,
  );
  const Icon = ICONS[place];
  return (
    <Button
      small
      variant="ghost"
      title={`Detail: ${place}, ${keyHint('detail-place')}`}
      icon={<Icon size={14} aria-hidden />}
      onClick={() => cycleDetailPlace(narrow)}
    >
      <FoldingLabel>Detail: {place}</FoldingLabel>
    </Button>
  );
}
