import { FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Suggest } from '@/shared/Suggest';
import { useDelayed } from '@/shared/useDelayed';
import '../texts';

interface Props {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
  /** Before what was typed, in the key of the search. */
  queryKey: QueryKey;
  /** The first few names on the server that match. */
  search: (text: string) => Promise<string[]>;
  isRequired?: boolean;
}

/** A name that is typed, with those that have it in them to choose from; one that is not among them counts too. */
export function NameField({ label, hint, value, onChange, queryKey, search, isRequired = false }: Props) {
  const { t } = useTranslation();
  // What was chosen is not looked for.
  const [chosen, setChosen] = useState(value);
  const wanted = useDelayed(value.trim());
  const found = useQuery({
    queryKey: [...queryKey, wanted],
    queryFn: () => search(wanted),
    enabled: wanted !== '' && value.trim() !== chosen,
    placeholderData: keepPreviousData,
  });
  const items = value.trim() === '' ? [] : (found.data ?? []).filter((name) => name !== value.trim());
  return (
    <FormGroup label={label} isRequired={isRequired}>
      <Suggest
        label={label}
        clear={t('members.clear')}
        text={value}
        onText={onChange}
        groups={[{ key: 'names', title: label, items }]}
        itemKey={(name) => name}
        render={(name) => name}
        onChoose={(name) => {
          setChosen(name);
          onChange(name);
        }}
        isLoading={found.isFetching}
      />
      <FormHelperText>
        <HelperText>
          <HelperTextItem>{hint}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
