import { Tooltip } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { ArtifactView } from '@/api/generated';
import { CopyButton } from '@/shared/Copy';
import type { Column } from '@/shared/DataTable';
import { formatBytes, shortDigest } from '@/shared/format';
import { Time } from '@/shared/Time';
import { artifactAddress } from './addresses';
import { ArtifactLabels } from './ArtifactLabels';
import { ArtifactType } from './ArtifactType';
import { platformsOf } from './platforms';
import { Tags } from './Tags';
import { useRepository } from './useRepository';
import './repositories.css';
import './texts';

export function useArtifactColumns(): Column<ArtifactView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'digest',
      title: t('repositories.digestAndLabels'),
      render: ({ digest, labels }) => (
        <>
          <DigestLink digest={digest} isCopied />
          {labels && <ArtifactLabels labels={labels} />}
        </>
      ),
    },
    {
      key: 'tags',
      title: t('repositories.tags'),
      render: ({ tags, digest }) => (
        <Tags tags={tags ?? []} label={t('repositories.tagsOf', { name: shortDigest(digest) })} />
      ),
    },
    {
      key: 'type',
      title: t('repositories.type'),
      sort: 'type',
      render: (artifact) => (
        <>
          <ArtifactType type={artifact.type} />
          <Platforms of={artifact} />
        </>
      ),
    },
    {
      key: 'size',
      title: t('repositories.size'),
      sort: 'size',
      align: 'right',
      render: ({ size = 0 }) => <span className="m-nowrap">{formatBytes(size)}</span>,
    },
    {
      key: 'pushed',
      title: t('repositories.pushed'),
      sort: 'push_time',
      render: ({ push_time: time }) => <Time value={time} />,
    },
    {
      key: 'pulled',
      title: t('repositories.pulled'),
      sort: 'pull_time',
      render: ({ pull_time: time }) => <Time value={time} />,
    },
  ];
}

/** The short digest as the way to the artifact's page, and, where wanted, the whole one to copy. */
export function DigestLink({ digest, isCopied = false }: { digest: string; isCopied?: boolean }) {
  const { t } = useTranslation();
  const { project, name } = useRepository();
  return (
    <span className="m-nowrap m-digest">
      <Tooltip content={digest}>
        <Link to={artifactAddress(project.project_id, name, digest)}>
          <code>{shortDigest(digest)}</code>
        </Link>
      </Tooltip>
      {isCopied && <CopyButton text={digest} label={`${t('common.copy')} ${shortDigest(digest)}`} />}
    </span>
  );
}

function Platforms({ of }: { of: ArtifactView }) {
  const platforms = platformsOf(of);
  return platforms.length > 0 && <div className="m-small">{platforms.join(', ')}</div>;
}
