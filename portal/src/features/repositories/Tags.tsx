import { Label, LabelGroup } from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import { useTranslation } from '@/texts';
import type { TagView } from '@/api/generated';
import './texts';

const SHOWN = 3;

/** The tags of an artifact: the first few, the rest on demand. */
export function Tags({ tags, label }: { tags: TagView[]; label: string }) {
  const { t } = useTranslation();
  if (tags.length === 0) return <span className="m-small">{t('repositories.untagged')}</span>;
  return (
    <LabelGroup
      aria-label={label}
      numLabels={SHOWN}
      isCompact
      collapsedText={t('repositories.moreTags', { count: tags.length - SHOWN })}
      expandedText={t('repositories.fewerTags')}
    >
      {tags.map(({ id, name, immutable }) => (
        <Label
          key={id}
          isCompact
          icon={
            immutable ? <LockIcon role="img" aria-label={t('repositories.immutable')} aria-hidden={false} /> : undefined
          }
          title={immutable ? t('repositories.immutable') : undefined}
        >
          {name}
        </Label>
      ))}
    </LabelGroup>
  );
}
