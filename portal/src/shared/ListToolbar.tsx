import {
  Button,
  MenuToggle,
  Pagination,
  Select,
  SelectList,
  SelectOption,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
  Tooltip,
} from '@patternfly/react-core';
import SyncIcon from '@patternfly/react-icons/dist/esm/icons/sync-alt-icon';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from '@/texts';
import { SearchField } from './SearchField';
import { PAGE_SIZES, type ListState } from './useListState';

/** How the value of a filter is chosen: typed, or one of several. */
export type FilterField =
  | { key: string; label: string; kind: 'text' }
  | { key: string; label: string; kind: 'choice'; choices: { value: string; label: string }[] };

interface Props {
  label: string;
  state: ListState;
  fields: FilterField[];
  total: number | undefined;
  isFetching: boolean;
  onRefresh: () => void;
  selected: number;
  selectionActions?: ReactNode;
  children?: ReactNode;
}

/** A list of more pages than these has buttons for the first and the last, and a field for the number of one. */
const MANY_PAGES = 4;

/** Above a table: filters, buttons, pages. */
export function ListToolbar(props: Props) {
  const { label, state, fields, total, isFetching, onRefresh, selected, selectionActions, children } = props;
  const { t } = useTranslation();
  const titles = {
    paginationAriaLabel: label,
    toFirstPageAriaLabel: t('common.pages.first'),
    toPreviousPageAriaLabel: t('common.pages.previous'),
    toNextPageAriaLabel: t('common.pages.next'),
    toLastPageAriaLabel: t('common.pages.last'),
    currPageAriaLabel: t('common.pages.current'),
    perPageSuffix: t('common.pages.perPage'),
    ofWord: t('common.pages.of'),
  };
  return (
    <Toolbar>
      <ToolbarContent>
        {fields.map((field) => (
          <ToolbarItem key={field.key}>
            {field.kind === 'text' ? (
              <TextFilter field={field} state={state} />
            ) : (
              <ChoiceFilter field={field} state={state} />
            )}
          </ToolbarItem>
        ))}
        {state.isFiltered && (
          <ToolbarItem>
            <ClearFilters onClear={state.clearFilters} />
          </ToolbarItem>
        )}
        {children && <ToolbarItem className="m-toolbar-actions">{children}</ToolbarItem>}
        {selected > 0 && (
          <ToolbarItem className="m-toolbar-actions">
            {t('common.selected', { count: selected })} {selectionActions}
          </ToolbarItem>
        )}
        <ToolbarItem>
          <Tooltip content={t('common.refresh')}>
            <Button
              variant="plain"
              aria-label={t('common.refresh')}
              icon={<SyncIcon className={isFetching ? 'm-spinning' : undefined} />}
              onClick={onRefresh}
            />
          </Tooltip>
        </ToolbarItem>
        <ToolbarItem variant="pagination" align={{ default: 'alignEnd' }}>
          <Pagination
            titles={titles}
            isCompact={total === undefined || total <= MANY_PAGES * state.pageSize}
            itemCount={total}
            toggleTemplate={total === undefined ? () => <>{t('common.loading')}</> : undefined}
            page={state.page}
            perPage={state.pageSize}
            perPageOptions={PAGE_SIZES.map((value) => ({ title: String(value), value }))}
            onSetPage={(_, page) => state.setPage(page)}
            onPerPageSelect={(_, size) => state.setPageSize(size)}
          />
        </ToolbarItem>
      </ToolbarContent>
    </Toolbar>
  );
}

/** The button goes with the filters, so the first of them gets the focus. */
function ClearFilters({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      variant="link"
      onClick={({ currentTarget }) => {
        currentTarget.closest('.pf-v6-c-toolbar')?.querySelector<HTMLElement>('input, button')?.focus();
        onClear();
      }}
    >
      {t('common.clearFilters')}
    </Button>
  );
}

/** Waits a moment after a letter, so that a word is one request. */
const TYPING = 300;

function TextFilter({ field, state }: { field: FilterField; state: ListState }) {
  const { t } = useTranslation();
  const applied = state.filters[field.key] ?? '';
  const [typed, setTyped] = useState(applied);
  const [known, setKnown] = useState(applied);
  const [sent, setSent] = useState(applied);
  if (known !== applied) {
    setKnown(applied);
    // It was changed elsewhere: by Back, a link, or "clear". What this field sent may be behind what is typed by now.
    if (applied !== sent) {
      setSent(applied);
      setTyped(applied);
    }
  }
  const { setFilter } = state;
  const send = (value: string) => {
    setTyped(value);
    setSent(value);
    setFilter(field.key, value);
  };
  useEffect(() => {
    if (typed === sent) return undefined;
    const timer = setTimeout(() => {
      setSent(typed);
      setFilter(field.key, typed);
    }, TYPING);
    return () => clearTimeout(timer);
  }, [typed, sent, field.key, setFilter]);
  const label = t('common.filterBy', { what: field.label.toLowerCase() });
  return (
    <SearchField label={label} value={typed} onChange={setTyped} onClear={() => send('')} onEnter={() => send(typed)} />
  );
}

function ChoiceFilter({ field, state }: { field: Extract<FilterField, { kind: 'choice' }>; state: ListState }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const value = state.filters[field.key] ?? '';
  const chosen = field.choices.find((choice) => choice.value === value);
  return (
    <Select
      isOpen={isOpen}
      onOpenChange={setOpen}
      selected={value}
      onSelect={(_, selected) => {
        state.setFilter(field.key, String(selected));
        setOpen(false);
      }}
      toggle={(reference) => (
        <MenuToggle ref={reference} isExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {field.label}: {chosen?.label ?? t('common.all')}
        </MenuToggle>
      )}
    >
      <SelectList aria-label={field.label}>
        <SelectOption value="">{t('common.all')}</SelectOption>
        {field.choices.map((choice) => (
          <SelectOption key={choice.value} value={choice.value}>
            {choice.label}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
