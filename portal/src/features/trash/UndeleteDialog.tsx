import { Checkbox, FormGroup, Label } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { TrashEntryView, UndeletedView, Undeletion } from '@/api/generated';
import { FormDialog } from '@/shared/dialogs';
import { useToast } from '@/shared/Toasts';
import { useAction } from '@/shared/useAction';
import { choosableTags } from './entries';
import { TagChoice } from './TagChoice';
import type { Trash } from './TrashTable';
import './texts';

interface Props {
  entry: TrashEntryView;
  trash: Trash;
  onClose: () => void;
}

/** Brings back what a deletion took away: all of it, or some of its tags. */
export default function UndeleteDialog({ entry, trash, onClose }: Props) {
  const { t } = useTranslation();
  const say = useToast();
  const tags = choosableTags(entry);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [skips, setSkips] = useState(false);
  const undelete = useAction<Undeletion, UndeletedView>({
    run: (wanted) => trash.undelete(entry, wanted),
    changes: trash.changes,
    onDone: ({ resource, skipped }) => {
      say(
        t('trash.undeleted', { name: resource }),
        <>
          {skipped.length > 0 && <p>{t('trash.skipped', { count: skipped.length, names: skipped.join(', ') })}</p>}
          <Link to={trash.addressOf(entry)}>{t('trash.openUndeleted')}</Link>
        </>,
      );
      onClose();
    },
  });
  const submit = () =>
    undelete.mutate({
      ...(left.size > 0 ? { tags: tags.filter((tag) => !left.has(tag)) } : {}),
      on_conflict: skips ? 'skip' : 'fail',
    });
  return (
    <FormDialog
      title={t('trash.undeleteTitle')}
      description={entry.resource}
      submit={t('trash.undelete')}
      action={undelete}
      onSubmit={submit}
      onClose={onClose}
      variant="small"
    >
      <p>{entry.kind === 'project' ? t('trash.undeleteProject') : t('trash.undeleteContent')}</p>
      {tags.length > 0 && (
        <TagChoice tags={tags} total={entry.tag_count ?? tags.length} left={left} setLeft={setLeft} />
      )}
      {tags.length === 0 && entry.kind === 'artifact' && entry.tags?.[0] && (
        <FormGroup label={t('trash.itsTag')}>
          <Label isCompact>{entry.tags[0]}</Label>
        </FormGroup>
      )}
      {tags.length > 0 && (
        <Checkbox
          id="undelete-skip"
          label={t('trash.skip')}
          description={t('trash.skipHint')}
          isChecked={skips}
          onChange={(_, on) => setSkips(on)}
        />
      )}
    </FormDialog>
  );
}
