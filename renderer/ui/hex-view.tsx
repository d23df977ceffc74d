import { hexLine, hexLineCount } from './hex.ts';
import { useVirtualRows } from './use-virtual-rows.ts';
import styles from './hex-view.module.css';

const LINE_HEIGHT = 18;

/** Bytes as offset, hex and text; only the lines in sight are in the page. */
export function HexView({ label, bytes }: { readonly label: string; readonly bytes: Uint8Array }) {
  const count = hexLineCount(bytes);
  const { scroller, range } = useVirtualRows({ count, rowHeight: LINE_HEIGHT, headerHeight: 0 });
  const lines = Array.from({ length: range.end - range.first }, (_, index) => range.first + index);
  return (
    <div ref={scroller} className={styles['scroller']} role="region" aria-label={label} tabIndex={0}>
      <div className={styles['body']} style={{ height: count * LINE_HEIGHT }}>
        {lines.map((line) => {
          const { offset, hex, text } = hexLine(bytes, line);
          return (
            <div key={line} className={styles['line']} style={{ top: line * LINE_HEIGHT }}>
              <span className={styles['offset']}>{offset}</span>
              <span>{hex}</span>
              <span className={styles['text']}>{text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
