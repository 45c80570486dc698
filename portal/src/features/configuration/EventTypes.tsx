import { Label, LabelGroup, MenuToggle, Select, SelectList, SelectOption } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { eventTypesQuery } from '@/features/logs/eventTypes';
import { ErrorAlert } from '@/shared/Failure';
import { listOf } from './form';
import './texts';

interface Props {
  id: string;
  label: string;
  /** Names with commas between them. */
  value: string;
  onChange: (value: string) => void;
  isDisabled: boolean;
  'aria-describedby': string;
}

/** Chooses event types of those the server knows. */
export function EventTypes({ id, label, value, onChange, isDisabled, ...described }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const known = useQuery(eventTypesQuery);
  const chosen = listOf(value);
  // A name that the server does not know stays until it is taken away.
  const names = [...new Set([...(known.data ?? []), ...chosen])].sort();
  const toggle = (name: string) =>
    onChange((chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]).join(','));
  const said =
    chosen.length === 0
      ? t('configuration.eventTypes.all')
      : t('configuration.eventTypes.some', { count: chosen.length });
  if (known.error) return <ErrorAlert error={known.error} onRetry={() => void known.refetch()} />;
  return (
    <>
      <Select
        role="menu"
        isOpen={isOpen}
        onOpenChange={setOpen}
        isScrollable
        onSelect={(_, name) => toggle(String(name))}
        toggle={(reference) => (
          <MenuToggle
            {...described}
            id={id}
            aria-label={`${label}: ${said}`}
            ref={reference}
            isExpanded={isOpen}
            isDisabled={isDisabled}
            onClick={() => setOpen(!isOpen)}
          >
            {said}
          </MenuToggle>
        )}
      >
        <SelectList aria-label={t('configuration.eventTypes.choose')}>
          {names.map((name) => (
            <SelectOption key={name} value={name} hasCheckbox isSelected={chosen.includes(name)}>
              {name}
            </SelectOption>
          ))}
        </SelectList>
      </Select>
      {chosen.length > 0 && (
        <LabelGroup aria-label={t('configuration.eventTypes.choose')} numLabels={12}>
          {chosen.map((name) => (
            <Label
              key={name}
              variant="outline"
              onClose={isDisabled ? undefined : () => toggle(name)}
              closeBtnAriaLabel={t('configuration.eventTypes.logAgain', { type: name })}
            >
              {name}
            </Label>
          ))}
        </LabelGroup>
      )}
    </>
  );
}
