import { Button, Label } from '@patternfly/react-core';
import LockIcon from '@patternfly/react-icons/dist/esm/icons/lock-icon';
import { useState } from 'react';
import type { TagView } from '@/api/generated';
import { useTranslation } from '@/texts';
import './repositories.css';
import './texts';

const SHOWN = 3;

/** The tags of an artifact: the first few, the rest on demand. */
export function Tags({ tags, label }: { tags: TagView[]; label: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  if (tags.length === 0) return <span className="m-small">{t('repositories.untagged')}</span>;
  const more = tags.length - SHOWN;
  return (
    <ul className="m-chips" aria-label={label}>
      {tags.slice(0, isOpen ? undefined : SHOWN).map((tag) => (
        <li key={tag.id}>
          <Tag tag={tag} />
        </li>
      ))}
      {more > 0 && (
        <li>
          <Button variant="link" isInline size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? t('repositories.fewerTags') : t('repositories.moreTags', { count: more })}
          </Button>
        </li>
      )}
    </ul>
  );
}

function Tag({ tag: { name, immutable } }: { tag: TagView }) {
  const { t } = useTranslation();
  if (!immutable) return <Label isCompact>{name}</Label>;
  return (
    <Label
      isCompact
      icon={<LockIcon role="img" aria-label={t('repositories.immutable')} aria-hidden={false} />}
      title={t('repositories.immutable')}
    >
      {name}
    </Label>
  );
}
