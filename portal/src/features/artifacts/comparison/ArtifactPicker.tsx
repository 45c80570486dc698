import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { listArtifacts, type ArtifactView } from '@/api/generated';
import { page } from '@/api/pages';
import { DigestLink } from '@/features/repositories/artifactColumns';
import { useTypeName } from '@/features/repositories/ArtifactType';
import type { RepositoryPlace } from '@/features/repositories/useRepository';
import { formatBytes, shortDigest } from '@/shared/format';
import { Suggest } from '@/shared/Suggest';
import { Time } from '@/shared/Time';
import { useDelayed } from '@/shared/useDelayed';
import { choicesOf, pickerQuery, type Choice } from './choices';
import '@/features/artifacts/texts';

/** Artifacts looked through for what is typed. */
const OFFERED = 15;

interface Props {
  label: string;
  repository: RepositoryPlace;
  /** The one that was chosen. */
  artifact: ArtifactView | undefined;
  onChoose: (digest: string) => void;
}

/** Chooses an artifact of the repository by a tag or its digest; the server looks for it. */
export function ArtifactPicker({ label, repository, artifact, onChoose }: Props) {
  const { t } = useTranslation();
  const typeName = useTypeName();
  // Null: nothing is being typed, and what was chosen is shown.
  const [typed, setTyped] = useState<string | null>(null);
  const wanted = useDelayed((typed ?? '').trim());
  const q = pickerQuery(wanted);
  const found = useQuery({
    queryKey: repository.key('artifacts', 'choices', q),
    queryFn: () =>
      page(listArtifacts({ path: repository.path, query: { q, with_tag: true, page: 1, page_size: OFFERED } })),
    placeholderData: keepPreviousData,
  });
  const { tagged, untagged } = choicesOf(found.data?.items ?? [], wanted);
  const isNothing = found.data !== undefined && tagged.length + untagged.length === 0;
  return (
    <>
      <Suggest<Choice>
        label={label}
        clear={`${t('artifacts.comparison.clear')} ${label}`}
        placeholder={t('artifacts.comparison.placeholder')}
        text={typed ?? nameOf(artifact)}
        onText={setTyped}
        groups={[
          { key: 'tags', title: t('artifacts.comparison.tags'), items: tagged },
          { key: 'untagged', title: t('artifacts.comparison.untagged'), items: untagged },
        ]}
        itemKey={(choice) => choice.key}
        render={(choice) => (
          <span className="m-choice">
            <span>{choice.name}</span> <small>{choice.detail}</small>
          </span>
        )}
        onChoose={(choice) => {
          setTyped(null);
          onChoose(choice.digest);
        }}
        onLeave={() => setTyped(null)}
        isLoading={found.isFetching || wanted !== (typed ?? '').trim()}
        message={found.error?.message ?? (isNothing ? t('artifacts.comparison.nothing') : undefined)}
      />
      {artifact && (
        <div className="m-chosen">
          <DigestLink digest={artifact.digest} isCopied /> {typeName(artifact.type)}, {formatBytes(artifact.size ?? 0)},{' '}
          <Time value={artifact.push_time} />
        </div>
      )}
    </>
  );
}

/** What an artifact is called where there is room for one name. */
function nameOf(artifact: ArtifactView | undefined): string {
  if (artifact === undefined) return '';
  return artifact.tags?.[0]?.name ?? shortDigest(artifact.digest);
}
