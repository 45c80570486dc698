import './members.css';
import { FormGroup, Label, LabelGroup } from '@patternfly/react-core';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { ErrorAlert } from '@/shared/Failure';
import { Suggest } from '@/shared/Suggest';
import { candidateKey, type Candidate } from './member';
import { useCandidates } from './useCandidates';
import './texts';

interface Props {
  chosen: Candidate[];
  onChange: (chosen: Candidate[]) => void;
}

/** Users and groups by a part of their name; those that were chosen stand below. */
export function CandidateField({ chosen, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const { data, error, isFetching, isPlaceholderData } = useCandidates(typed);
  const isTyped = typed.trim() !== '';
  const keys = new Set(chosen.map(candidateKey));
  const open = (found: Candidate[] | undefined) =>
    isTyped ? (found ?? []).filter((candidate) => !keys.has(candidateKey(candidate))) : [];
  const groups = [
    { key: 'users', title: t('members.users'), items: open(data?.users) },
    { key: 'groups', title: t('members.groups'), items: open(data?.groups) },
  ];
  const isNothing =
    data !== undefined && !isFetching && !isPlaceholderData && groups.every(({ items }) => !items.length);
  return (
    <FormGroup label={t('members.who')} isRequired>
      {error !== null && <ErrorAlert error={error} />}
      <Suggest
        label={t('members.find')}
        placeholder={t('members.find')}
        clear={t('members.clear')}
        text={typed}
        onText={setTyped}
        groups={groups}
        itemKey={candidateKey}
        render={({ name }) => name}
        onChoose={(candidate) => {
          onChange([...chosen, candidate]);
          setTyped('');
        }}
        isLoading={isTyped && isFetching}
        message={isTyped && isNothing ? t('members.nobody') : undefined}
      />
      {chosen.length > 0 && (
        <LabelGroup numLabels={20} aria-label={t('members.chosen')} className="m-chosen">
          {chosen.map((candidate) => (
            <Label
              key={candidateKey(candidate)}
              onClose={() => onChange(chosen.filter((other) => candidateKey(other) !== candidateKey(candidate)))}
              closeBtnAriaLabel={t('members.unchoose', { name: candidate.name })}
            >
              {candidate.name}
            </Label>
          ))}
        </LabelGroup>
      )}
    </FormGroup>
  );
}
