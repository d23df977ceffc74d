import { useFeeds } from '../../state/feeds.ts';
import { useInspector } from '../../state/inspector.ts';
import { usePanels } from '../../state/panels.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { clearCapture } from '../../state/capture-actions.ts';

export function ClearCaptureDialog() {
  const open = usePanels((state) => state.clearCapture);
  const watermark = useFeeds((feeds) => feeds.watermark);
  const close = (): void => usePanels.setState({ clearCapture: false });
  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title="Clear capture?"
      description={`${plural(watermark?.rows ?? 0, 'row')} (${formatBytes(watermark?.bytes ?? 0)}) are dropped; for ten seconds Undo brings them back. What runs through the hub is not touched.`}
      confirm="Clear capture"
      onConfirm={() => {
        close();
        useInspector.setState({ selectedSeq: null, detailOpen: false });
        void clearCapture();
      }}
    />
  );
}
