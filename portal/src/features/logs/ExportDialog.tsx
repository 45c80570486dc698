import { FormGroup, Progress, Radio } from '@patternfly/react-core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '@/texts';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { collect, EXPORT_LIMIT, PAGE_SIZE } from './collect';
import { download } from './download';
import { write, type Format } from './formats';
import type { LoadLog } from './LogTable';
import { searchOf } from './search';
import './texts';

interface Props {
  name: string;
  load: LoadLog;
  filters: Record<string, string>;
  /** How many rows the list says there are. */
  total: number;
  onClose: () => void;
}

const FORMATS = ['csv', 'jsonl'] as const satisfies Format[];
const TYPES: Record<Format, string> = { csv: 'text/csv', jsonl: 'application/x-ndjson' };

/** Fetches what the filters leave and hands it over as a file. Closing the dialog stops it. */
export default function ExportDialog({ name, load, filters, total, onClose }: Props) {
  const { t, language } = useTranslation();
  const [format, setFormat] = useState<Format>('csv');
  const [fetched, setFetched] = useState(0);
  const cancel = useRef<AbortController>(null);
  useEffect(() => () => cancel.current?.abort(), []);
  const limit = EXPORT_LIMIT.toLocaleString(language);
  const run = useAction({
    run: async () => {
      cancel.current = new AbortController();
      const { signal } = cancel.current;
      const now = new Date();
      const found = await collect({
        load: async (before) => {
          const q = searchOf(filters, now, before);
          return (await load({ page_size: PAGE_SIZE, sort: '-id', q }, signal)).items;
        },
        signal,
        onProgress: setFetched,
      });
      if (found.rows.length > 0) {
        const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
        download(`audit-log-${name}-${stamp}.${format}`, TYPES[format], write(format, found.rows));
      }
      return found;
    },
    done: ({ rows, isCut }) => {
      if (isCut) return t('logs.export.cut', { limit });
      return rows.length === 0 ? t('logs.export.nothing') : t('logs.export.done', { count: rows.length });
    },
    onDone: onClose,
  });
  const most = Math.min(Math.max(total, fetched), EXPORT_LIMIT);
  return (
    <FormDialog
      title={t('logs.export.title')}
      description={t('logs.export.description', { limit })}
      submit={t('logs.export.submit')}
      action={run}
      onSubmit={() => run.mutate()}
      onClose={onClose}
      variant="small"
    >
      <FormGroup role="radiogroup" label={t('logs.export.format')}>
        {FORMATS.map((choice) => (
          <Radio
            key={choice}
            id={`export-${choice}`}
            name="export-format"
            label={t(`logs.export.${choice}`)}
            isChecked={format === choice}
            isDisabled={run.isPending}
            onChange={() => setFormat(choice)}
          />
        ))}
      </FormGroup>
      {run.isPending && (
        <Progress
          title={t('logs.export.progress')}
          value={most === 0 ? 0 : (100 * fetched) / most}
          label={t('logs.export.fetched', { count: fetched })}
          valueText={t('logs.export.fetched', { count: fetched })}
        />
      )}
    </FormDialog>
  );
}
