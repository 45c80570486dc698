import { Button, Icon } from '@patternfly/react-core';
import AngleDownIcon from '@patternfly/react-icons/dist/esm/icons/angle-down-icon';
import AngleRightIcon from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { listAccessories, type AccessoryView } from '@/api/generated';
import { page } from '@/api/pages';
import { ErrorAlert } from '@/shared/Failure';
import { formatBytes, shortDigest } from '@/shared/format';
import { Time } from '@/shared/Time';
import { AccessoryType } from './AccessoryType';
import { DigestLink } from './artifactColumns';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

interface Props {
  accessories: AccessoryView[];
  /** Types of their manifests by digest, where they are known. */
  types?: Readonly<Record<string, string>>;
}

/** What is attached to an artifact; what is attached to that is asked for when it is opened. */
export default function AccessoryTree(props: Props) {
  return (
    <div className="m-tree">
      <Branch {...props} />
    </div>
  );
}

function Branch({ accessories, types = {} }: Props) {
  return (
    <ul>
      {accessories.map((accessory) => (
        <Node key={accessory.id} accessory={accessory} manifestType={types[accessory.digest]} />
      ))}
    </ul>
  );
}

function Node({ accessory, manifestType }: { accessory: AccessoryView; manifestType: string | undefined }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <div className="m-tree-row">
        <Button
          variant="plain"
          size="sm"
          aria-expanded={isOpen}
          aria-label={t('repositories.accessories.of', { name: shortDigest(accessory.digest) })}
          icon={<Icon isInline>{isOpen ? <AngleDownIcon /> : <AngleRightIcon />}</Icon>}
          onClick={() => setOpen(!isOpen)}
        />
        <AccessoryType type={accessory.type} />
        {manifestType && <code className="m-small">{manifestType}</code>}
        <DigestLink digest={accessory.digest} isCopied />
        <span>{formatBytes(accessory.size)}</span>
        <Time value={accessory.creation_time} />
      </div>
      {isOpen && <Attached digest={accessory.digest} />}
    </li>
  );
}

/** Most that are shown of what one accessory has. */
const SHOWN = 100;

function Attached({ digest }: { digest: string }) {
  const { t } = useTranslation();
  const { path, key } = useRepository();
  const { data, error, refetch } = useQuery({
    queryKey: key('accessories', digest),
    queryFn: () =>
      page(listAccessories({ path: { ...path, reference: digest }, query: { page: 1, page_size: SHOWN } })),
  });
  if (error) return <ErrorAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <p className="m-small">{t('common.loading')}</p>;
  if (data.items.length === 0) return <p className="m-small m-tree-none">{t('repositories.accessories.none')}</p>;
  return <Branch accessories={data.items} />;
}
