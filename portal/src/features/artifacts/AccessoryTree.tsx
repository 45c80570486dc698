import { Skeleton } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listAccessories, type AccessoryView } from '@/api/generated';
import { page } from '@/api/pages';
import { ErrorAlert } from '@/shared/Failure';
import { formatBytes, shortDigest } from '@/shared/format';
import { Time } from '@/shared/Time';
import { accessoryKind } from './accessoryTypes';
import { ArtifactLink } from './ArtifactLink';
import { useArtifact } from './useArtifact';

interface Props {
  label: string;
  accessories: AccessoryView[];
  /** Of the manifests, by digest. */
  types: Record<string, string>;
}

/** Accessories, each of which may have some itself, such as an SBOM its signature: they are asked for on demand. */
export function AccessoryTree({ label, accessories, types }: Props) {
  const { t } = useTranslation();
  return (
    <Table aria-label={label} variant="compact" gridBreakPoint="grid-md">
      <Thead>
        <Tr>
          <Th screenReaderText={t('common.more')} />
          <Th>{t('artifacts.accessories.type')}</Th>
          <Th>{t('artifacts.accessories.digest')}</Th>
          <Th className="m-right">{t('artifacts.accessories.size')}</Th>
          <Th>{t('artifacts.accessories.created')}</Th>
        </Tr>
      </Thead>
      {accessories.map((accessory, index) => (
        <Branch key={accessory.digest} accessory={accessory} type={types[accessory.digest]} index={index} />
      ))}
    </Table>
  );
}

function Branch({ accessory, type, index }: { accessory: AccessoryView; type: string | undefined; index: number }) {
  const { t } = useTranslation();
  const { repository } = useArtifact();
  const [isOpen, setOpen] = useState(false);
  return (
    <Tbody isExpanded={isOpen}>
      <Tr>
        <Td expand={{ rowIndex: index, isExpanded: isOpen, onToggle: () => setOpen(!isOpen), expandId: 'accessory-' }} />
        <Td dataLabel={t('artifacts.accessories.type')}>
          {t(`artifacts.accessories.types.${accessoryKind(accessory.type, type)}`)}{' '}
          {type && <code className="m-empty-step">{type}</code>}
        </Td>
        <Td dataLabel={t('artifacts.accessories.digest')}>
          <ArtifactLink repository={repository} digest={accessory.digest} />
        </Td>
        <Td dataLabel={t('artifacts.accessories.size')} className="m-right">
          {formatBytes(accessory.size)}
        </Td>
        <Td dataLabel={t('artifacts.accessories.created')}>
          <Time value={accessory.creation_time} />
        </Td>
      </Tr>
      {isOpen && (
        <Tr isExpanded>
          <Td colSpan={5}>
            <Below digest={accessory.digest} />
          </Td>
        </Tr>
      )}
    </Tbody>
  );
}

/** Most accessories of an accessory that are shown; its own page has all. */
const SHOWN = 50;

function Below({ digest }: { digest: string }) {
  const { t } = useTranslation();
  const { repository } = useArtifact();
  const found = useQuery({
    queryKey: repository.key('accessories', digest),
    queryFn: () =>
      page(
        listAccessories({
          path: { ...repository.path, reference: digest },
          query: { page: 1, page_size: SHOWN },
        }),
      ),
  });
  if (found.error) return <ErrorAlert error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton screenreaderText={t('common.loading')} />;
  if (found.data.items.length === 0) return <p>{t('artifacts.accessories.none')}</p>;
  return (
    <AccessoryTree
      label={`${t('artifacts.accessories.list')} ${shortDigest(digest)}`}
      accessories={found.data.items}
      types={{}}
    />
  );
}
