import { MenuToggle, Popover } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import type { ListState } from '@/shared/useListState';
import { labelIds } from './artifactsQuery';
import { LabelPicker } from './LabelPicker';
import './texts';

/** Shows only artifacts that have every chosen label; the labels are asked for when it is opened. */
export default function LabelFilter({ projectId, state }: { projectId: number; state: ListState }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const ids = labelIds(state.filters.labels);
  const choose = (id: number, on: boolean) => {
    const after = on ? [...ids, id] : ids.filter((other) => other !== id);
    state.setFilter('labels', after.join(','));
  };
  return (
    <Popover
      aria-label={t('repositories.labels.filter')}
      isVisible={isOpen}
      shouldOpen={() => setOpen(true)}
      shouldClose={() => setOpen(false)}
      position="bottom-start"
      showClose={false}
      bodyContent={
        <LabelPicker projectId={projectId} chosen={new Set(ids)} onToggle={({ id }, on) => choose(id, on)} />
      }
    >
      <MenuToggle isExpanded={isOpen}>
        {ids.length === 0 ? t('repositories.labels.all') : t('repositories.labels.chosen', { count: ids.length })}
      </MenuToggle>
    </Popover>
  );
}
