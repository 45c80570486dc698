import {
  MenuToggle,
  Select,
  SelectList,
  SelectOption,
  TextInputGroup,
  TextInputGroupMain,
} from '@patternfly/react-core';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorAlert } from '@/shared/Failure';
import type { Candidate, Kind } from './member';
import { useCandidates } from './useCandidates';

interface Props {
  id: string;
  kind: Kind;
  chosen: Candidate[];
  onChoose: (candidate: Candidate) => void;
}

/** A field that proposes users or groups by what is typed; arrow keys and Enter choose. */
export function CandidatePicker({ id, kind, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const { data, error, isFetching } = useCandidates(kind, typed);
  const found = (data ?? []).filter((candidate) => !chosen.some((other) => other.id === candidate.id));
  const label = t(kind === 'u' ? 'members.findUser' : 'members.findGroup');
  const isShown = isOpen && typed.trim() !== '';
  const optionId = (candidate: Candidate) => `${id}-${candidate.id}`;
  const choose = (candidate: Candidate | undefined) => {
    if (candidate === undefined) return;
    onChoose(candidate);
    setTyped('');
    setOpen(false);
    setActive(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isShown) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setActive((active + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      // Enter in the field chooses; it does not submit the form.
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === 'Escape') {
      // Closes the list, not the dialog it is in.
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <>
      {error !== null && <ErrorAlert error={error} />}
      <Select
        isOpen={isShown}
        onOpenChange={setOpen}
        onSelect={(_, value) => choose(found.find((candidate) => candidate.id === value))}
        shouldFocusFirstItemOnOpen={false}
        toggle={(reference) => (
          <MenuToggle
            ref={reference}
            variant="typeahead"
            isFullWidth
            isExpanded={isShown}
            aria-label={label}
            onClick={() => setOpen(!isOpen)}
          >
            <TextInputGroup isPlain>
              <TextInputGroupMain
                inputId={id}
                value={typed}
                placeholder={label}
                autoComplete="off"
                role="combobox"
                isExpanded={isShown}
                aria-controls={`${id}-options`}
                aria-activedescendant={found[active] && optionId(found[active])}
                onClick={(event) => event.stopPropagation()}
                onChange={(_, value) => {
                  setTyped(value);
                  setOpen(true);
                  setActive(0);
                }}
                onKeyDown={onKeyDown}
              />
            </TextInputGroup>
          </MenuToggle>
        )}
      >
        <SelectList id={`${id}-options`} aria-label={label} isAriaMultiselectable={false}>
          {found.map((candidate, index) => (
            <SelectOption key={candidate.id} id={optionId(candidate)} value={candidate.id} isFocused={index === active}>
              {candidate.name}
            </SelectOption>
          ))}
          {found.length === 0 && (
            <SelectOption isDisabled>{isFetching ? t('common.loading') : t('members.nobody')}</SelectOption>
          )}
        </SelectList>
      </Select>
    </>
  );
}
