import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { hubQueries } from '../../../state/console.ts';
import { actedOn, useInspector } from '../../../state/inspector.ts';
import { usePreferences } from '../../../state/preferences.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { plural } from '../../../ui/format.ts';
import { exportRows } from './export-rows.ts';
import { TRANSFER_FORMATS } from '../../../../hub-core/common/transfer/transfer-format.ts';
import type { TransferFormat } from '../../../../hub-core/common/transfer/transfer-format.ts';
import styles from '../inspector.module.css';

const FORMAT_NAMES: Readonly<Record<TransferFormat, string>> = {
  ndjson: 'NDJSON: one JSON object a line',
  har: 'HAR 1.2: for browsers and other tools',
  whub: '.whub: a capture file, compressed, to import again',
};

const close = (): void => useInspector.setState({ exporting: null });

interface ExportDialogProps {
  /** Rows that the list shows. */
  readonly count: number;
}

interface ExportFormProps extends ExportDialogProps {
  readonly beginsWith: 'chosen' | 'all';
}

function ExportForm({ count, beginsWith }: ExportFormProps) {
  const filter = useInspector((inspector) => inspector.filter);
  const [seqs] = useState(actedOn);
  const { data: info } = useQuery(hubQueries.hub.info.queryOptions());
  const [format, setFormat] = useState<TransferFormat>(() => usePreferences.getState().transferFormat ?? 'ndjson');
  const [isAll, setAll] = useState(seqs.length === 0 || beginsWith === 'all');
  const [secrets, setSecrets] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const start = (): void => {
    close();
    usePreferences.setState({ transferFormat: format });
    const chosen = isAll ? {} : { seqs };
    void exportRows({ format, filter, secrets, version: info?.version ?? '', ...chosen });
  };
  return (
    <Dialog
      open
      onClose={close}
      title="Export"
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant={secrets ? 'danger' : 'primary'} disabled={secrets && !confirmed} onClick={start}>
            {secrets ? 'Export with secrets' : 'Export'}
          </Button>
        </>
      }
    >
      <Field label="Rows">
        {(ids) => (
          <Select {...ids} value={isAll ? 'all' : 'chosen'} onChange={(event) => setAll(event.target.value === 'all')}>
            {seqs.length === 0 ? null : (
              <option value="chosen">
                {seqs.length === 1 ? `This one, #${String(seqs[0])}` : `${plural(seqs.length, 'row')} selected`}
              </option>
            )}
            <option value="all">All {plural(count, 'row')} of the list</option>
          </Select>
        )}
      </Field>
      <Field label="Format">
        {(ids) => (
          <Select {...ids} value={format} onChange={(event) => setFormat(event.target.value as TransferFormat)}>
            {TRANSFER_FORMATS.map((each) => (
              <option key={each} value={each}>
                {FORMAT_NAMES[each]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Secrets">
        {(ids) => (
          <Select
            {...ids}
            value={secrets ? 'whole' : 'masked'}
            onChange={(event) => setSecrets(event.target.value === 'whole')}
          >
            <option value="masked">Masked: what the configuration calls secret is replaced</option>
            <option value="whole">With secrets, as they are stored</option>
          </Select>
        )}
      </Field>
      {secrets ? (
        <label className={styles['confirm']}>
          <input type="checkbox" checked={confirmed} onChange={(event) => setConfirmed(event.target.checked)} />
          The file will hold keys, tokens and passwords that passed. I keep it to those who may have them.
        </label>
      ) : null}
    </Dialog>
  );
}

/** Which rows, in which format, with or without secrets. */
export function ExportDialog({ count }: ExportDialogProps) {
  const exporting = useInspector((inspector) => inspector.exporting);
  return exporting === null ? null : <ExportForm count={count} beginsWith={exporting} />;
}
