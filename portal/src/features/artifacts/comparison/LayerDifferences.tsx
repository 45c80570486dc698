import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import type { ArtifactView } from '@/api/generated';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { Bar, BarKey, type Segment } from '@/shared/Bar';
import { Digest } from '@/shared/Copy';
import { ErrorAlert } from '@/shared/Failure';
import { formatBytes } from '@/shared/format';
import { share, totalSize, type Command, type Layer } from '../history';
import { layersOf } from '../manifest';
import { Part } from '../Part';
import { useManifest } from '../registry';
import { compareLayers, type ComparedLayer, type LayerComparison, type Side } from './compare';
import { useCommands } from './useCommands';
import { Row } from '@/shared/Row';
import '@/features/artifacts/texts';

interface Props {
  repository: RepositoryPlace;
  left: ArtifactView;
  right: ArtifactView;
}

/** The layers of two artifacts: what both have and what each has alone, drawn to one scale. */
export function LayerDifferences({ repository, left, right }: Props) {
  const { t } = useTranslation();
  const leftManifest = useManifest(left);
  const rightManifest = useManifest(right);
  const error = leftManifest.error ?? rightManifest.error;
  const leftLayers = leftManifest.data ? layersOf(leftManifest.data) : null;
  const rightLayers = rightManifest.data ? layersOf(rightManifest.data) : null;
  const leftCommands = useCommands(repository, left, leftLayers);
  const rightCommands = useCommands(repository, right, rightLayers);
  if (error) return <ErrorAlert error={error} title={t('artifacts.history.unknownSizes')} />;
  if (leftLayers === null || rightLayers === null) return null;
  if (leftLayers.length + rightLayers.length === 0) return null;
  const comparison = compareLayers(leftLayers, rightLayers);
  const commands = new Map([...leftCommands, ...rightCommands]);
  return (
    <Part title={t('artifacts.comparison.layers')}>
      <Bars left={leftLayers} right={rightLayers} comparison={comparison} />
      <Sums bytes={comparison.bytes} />
      <Layers comparison={comparison} commands={commands} />
    </Part>
  );
}

interface BarsProps {
  left: Layer[];
  right: Layer[];
  comparison: LayerComparison;
}

function Bars({ left, right, comparison }: BarsProps) {
  const { t } = useTranslation();
  const sides = new Map(comparison.layers.map((layer) => [layer.digest, layer.side]));
  const whole = Math.max(totalSize(left), totalSize(right));
  const segments = (layers: Layer[]): Segment[] =>
    layers.map(({ digest, size }, index) => ({
      key: `${index}-${digest}`,
      width: whole === 0 ? 0 : (100 * size) / whole,
      color: COLORS[sides.get(digest) ?? 'both'],
      title: formatBytes(size),
    }));
  return (
    <div className="m-bars">
      {(
        [
          ['left', left],
          ['right', right],
        ] as const
      ).map(([side, layers]) => (
        <div key={side}>
          <span>
            {t(`artifacts.comparison.${side}`)}: {formatBytes(totalSize(layers))}
          </span>
          <Bar
            segments={segments(layers)}
            isLarge
            label={t('artifacts.comparison.barOf', { name: t(`artifacts.comparison.${side}`) })}
          />
        </div>
      ))}
    </div>
  );
}

function Sums({ bytes }: { bytes: Record<Side, number> }) {
  const { t } = useTranslation();
  return (
    <>
      <Row>
        {(['both', 'left', 'right'] as const).map((side) => (
          <div key={side}>
            <BarKey color={COLORS[side]} />
            {t(`artifacts.comparison.${side}Bytes`, { size: formatBytes(bytes[side]) })}
          </div>
        ))}
      </Row>
      <p>{t('artifacts.comparison.pullHint', { size: formatBytes(bytes.right) })}</p>
    </>
  );
}

const COLORS = { both: 'blue', left: 'orange', right: 'green' } as const;

function Layers({ comparison, commands }: { comparison: LayerComparison; commands: ReadonlyMap<string, Command> }) {
  const { t } = useTranslation();
  const largest = Math.max(0, ...comparison.layers.map((layer) => layer.size));
  return (
    <Table aria-label={t('artifacts.comparison.layers')} variant="compact" gridBreakPoint="grid-md" className="m-flush">
      <Thead>
        <Tr>
          <Th>{t('artifacts.comparison.side')}</Th>
          <Th modifier="nowrap">{t('artifacts.comparison.position')}</Th>
          <Th width={40}>{t('artifacts.history.command')}</Th>
          <Th>{t('artifacts.comparison.digest')}</Th>
          <Th width={20}>{t('artifacts.comparison.size')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {comparison.layers.map((layer) => (
          <LayerRow key={layer.digest} layer={layer} command={commands.get(layer.digest)} largest={largest} />
        ))}
      </Tbody>
    </Table>
  );
}

function LayerRow({
  layer,
  command,
  largest,
}: {
  layer: ComparedLayer;
  command: Command | undefined;
  largest: number;
}) {
  const { t } = useTranslation();
  return (
    <Tr>
      <Td dataLabel={t('artifacts.comparison.side')}>
        <Label isCompact color={COLORS[layer.side]}>
          {t(`artifacts.comparison.sides.${layer.side}`)}
        </Label>
      </Td>
      <Td dataLabel={t('artifacts.comparison.position')} modifier="nowrap">
        {layer.left ?? '–'} / {layer.right ?? '–'}
      </Td>
      <Td dataLabel={t('artifacts.history.command')}>
        {command && (
          <span className="m-step">
            <b>{command.instruction}</b> {command.text}
          </span>
        )}
      </Td>
      <Td dataLabel={t('artifacts.comparison.digest')}>
        <Digest value={layer.digest} />
      </Td>
      <Td dataLabel={t('artifacts.comparison.size')} className="m-size">
        {formatBytes(layer.size)}
        <Bar segments={[{ key: layer.digest, width: share(layer.size, largest), color: COLORS[layer.side] }]} />
      </Td>
    </Tr>
  );
}
