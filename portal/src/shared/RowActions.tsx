import { MenuToggle } from '@patternfly/react-core';
import EllipsisIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { ActionsColumn, type IAction } from '@patternfly/react-table';
import { useTranslation } from 'react-i18next';

/** The menu of a row; `name` is what the row is called. */
export function RowActions({ items, name }: { items: IAction[]; name: string }) {
  const { t } = useTranslation();
  const label = t('common.actionsFor', { name });
  return (
    <ActionsColumn
      items={items}
      aria-label={label}
      // PatternFly calls the button of every row "Kebab toggle".
      actionsToggle={({ onToggle, isOpen, isDisabled, toggleRef }) => (
        <MenuToggle
          ref={toggleRef}
          variant="plain"
          icon={<EllipsisIcon />}
          aria-label={label}
          onClick={onToggle}
          isExpanded={isOpen}
          isDisabled={isDisabled}
        />
      )}
    />
  );
}
