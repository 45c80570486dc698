import { Alert, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Bar } from '@/shared/Bar';
import { Digest } from '@/shared/Copy';
import { Empty } from '@/shared/Empty';
import { ErrorAlert } from '@/shared/Failure';
import { Facts } from '@/shared/Facts';
import { formatBytes, isTime } from '@/shared/format';
import { Time } from '@/shared/Time';
import { record } from './details';
import { joinHistory, share, totalSize, type HistoryRow } from './history';
import { layersOf } from './manifest';
import { useManifest } from './registry';
import { useListAddition } from './useAddition';
import { useArtifact } from './useArtifact';
import './artifacts.css';
import './texts';

/** How an image came to be: steps, and the layers they left, drawn to scale. */
export default function HistoryTab() {
  const { t } = useTranslation();
  const { artifact } = useArtifact();
  const steps = useListAddition('build_history').map(record);
  const manifest = useManifest(artifact);
  const layers = manifest.data ? layersOf(manifest.data) : null;
  const rows = joinHistory(steps, layers);
  if (rows.length === 0 && !manifest.isFetching) {
    return <Empty title={t('artifacts.history.none')}>{t('artifacts.history.noneHint')}</Empty>;
  }
  const total = totalSize(layers ?? []);
  const largest = Math.max(0, ...(layers ?? []).map((layer) => layer.size));
  return (
    <>
      {manifest.error && <ErrorAlert error={manifest.error} title={t('artifacts.history.unknownSizes')} />}
      {manifest.fetchStatus === 'idle' && manifest.data === undefined && manifest.error === null && (
        <Alert variant="info" isInline isPlain title={t('artifacts.history.unknownSizes')} />
      )}
      {layers !== null && (
        <p>
          <strong>{t('artifacts.history.total', { count: layers.length, size: formatBytes(total) })}</strong>{' '}
          {t('artifacts.history.scale')}
        </p>
      )}
      <Table aria-label={t('artifacts.history.list')} variant="compact" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th screenReaderText={t('common.more')} />
            <Th>{t('artifacts.history.step')}</Th>
            <Th width={50}>{t('artifacts.history.command')}</Th>
            <Th>{t('artifacts.history.created')}</Th>
            <Th width={25}>{t('artifacts.history.size')}</Th>
          </Tr>
        </Thead>
        {rows.map((row, index) => (
          <Row key={index} row={row} number={index + 1} total={total} largest={largest} />
        ))}
      </Table>
    </>
  );
}

function Row({ row, number, total, largest }: { row: HistoryRow; number: number; total: number; largest: number }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { command, layer } = row;
  return (
    <Tbody isExpanded={isOpen}>
      <Tr className={row.isEmpty ? 'm-empty-step' : undefined}>
        <Td expand={{ rowIndex: number, isExpanded: isOpen, onToggle: () => setOpen(!isOpen), expandId: 'step-' }} />
        <Td dataLabel={t('artifacts.history.step')}>{number}</Td>
        <Td dataLabel={t('artifacts.history.command')}>
          <span className="m-step">
            {row.full === '' && t('artifacts.history.untold')}
            {command.instruction !== '' && <b>{command.instruction} </b>}
            {command.text}
          </span>
        </Td>
        <Td dataLabel={t('artifacts.history.created')} modifier="nowrap">
          {isTime(row.created) && <Time value={row.created} />}
        </Td>
        <Td dataLabel={t('artifacts.history.size')} className="m-size">
          {row.isEmpty && <Label isCompact>{t('artifacts.history.empty')}</Label>}
          {layer && (
            <>
              {formatBytes(layer.size)}
              {total > 0 && ` · ${t('artifacts.history.share', { percent: percent(layer.size, total) })}`}
              <Bar segments={[{ key: 'layer', width: share(layer.size, largest) }]} />
            </>
          )}
        </Td>
      </Tr>
      {isOpen && (
        <Tr isExpanded>
          <Td colSpan={5}>
            <Facts
              columns={1}
              facts={[
                [t('artifacts.history.full'), row.full === '' ? null : <code className="m-step-full">{row.full}</code>],
                [t('artifacts.history.comment'), row.comment],
                [t('artifacts.facts.digest'), layer && <Digest value={layer.digest} />],
                [t('artifacts.facts.mediaType'), layer && <code>{layer.mediaType}</code>],
              ]}
            />
          </Td>
        </Tr>
      )}
    </Tbody>
  );
}

function percent(size: number, total: number): string {
  const value = (100 * size) / total;
  return value < 1 && size > 0 ? '<1' : String(Math.round(value));
}
