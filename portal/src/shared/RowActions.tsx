import { MenuToggle } from '@patternfly/react-core';
import EllipsisIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { ActionsColumn, type IAction } from '@patternfly/react-table';
import { useTranslation } from '@/texts';

/** The menu of a row. Its button says whose it is: the one PatternFly makes is called the same in every row. */
export function RowActions({ items, name }: { items: IAction[]; name: string }) {
  const { t } = useTranslation();
  return (
    <ActionsColumn
      items={items}
      actionsToggle={({ onToggle, isOpen, isDisabled, toggleRef }) => (
        <MenuToggle
          ref={toggleRef}
          variant="plain"
          icon={<EllipsisIcon />}
          aria-label={t('common.actionsFor', { name })}
          isExpanded={isOpen}
          isDisabled={isDisabled}
          onClick={onToggle}
        />
      )}
    />
  );
}
