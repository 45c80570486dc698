import { Checkbox, SearchInput, Title } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { listLabels, type LabelView } from '@/api/generated';
import { page } from '@/api/pages';
import { Waiting } from '@/app/Waiting';
import { projectKey } from '@/features/projects/useProject';
import { LabelChip } from '@/features/labels/LabelChip';
import { ErrorAlert } from '@/shared/Failure';
import { useDelayed } from '@/shared/useDelayed';
import './repositories.css';
import './texts';

interface Props {
  projectId: number;
  chosen: ReadonlySet<number>;
  isDisabled?: boolean;
  onToggle: (label: LabelView, on: boolean) => void;
}

/** More labels than this are found by typing a part of their names. */
const SHOWN = 50;

/** The labels of the project and of the system, to choose from. */
export function LabelPicker({ projectId, chosen, isDisabled, onToggle }: Props) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const name = useDelayed(wanted).trim();
  const query = { page: 1, page_size: SHOWN, sort: 'name', ...(name === '' ? {} : { name }) };
  const ofProject = useQuery({
    queryKey: projectKey(projectId, 'labels', query),
    queryFn: () => page(listLabels({ query: { ...query, scope: 'p', project_id: projectId } })),
    placeholderData: keepPreviousData,
  });
  const ofSystem = useQuery({
    queryKey: ['labels', query],
    queryFn: () => page(listLabels({ query: { ...query, scope: 'g' } })),
    placeholderData: keepPreviousData,
  });
  const error = ofProject.error ?? ofSystem.error;
  if (error) return <ErrorAlert error={error} />;
  if (ofProject.data === undefined || ofSystem.data === undefined) return <Waiting />;
  const total = ofProject.data.total + ofSystem.data.total;
  const shared = { chosen, isDisabled, onToggle };
  return (
    <div className="m-labels">
      {(total > 10 || wanted !== '') && (
        <SearchInput
          aria-label={t('repositories.labels.search')}
          placeholder={t('repositories.labels.search')}
          value={wanted}
          onChange={(_, value) => setWanted(value)}
          onClear={() => setWanted('')}
        />
      )}
      {total === 0 && <p>{t(wanted === '' ? 'repositories.labels.none' : 'common.empty.filtered')}</p>}
      <Group title={t('repositories.labels.ofProject')} labels={ofProject.data.items} {...shared} />
      <Group title={t('repositories.labels.ofSystem')} labels={ofSystem.data.items} {...shared} />
    </div>
  );
}

interface GroupProps extends Omit<Props, 'projectId'> {
  title: string;
  labels: LabelView[];
}

function Group({ title, labels, chosen, isDisabled, onToggle }: GroupProps) {
  const id = useId();
  if (labels.length === 0) return null;
  return (
    <div role="group" aria-labelledby={id}>
      <Title id={id} headingLevel="h3" size="md">
        {title}
      </Title>
      {labels.map((label) => (
        <Checkbox
          key={label.id}
          id={`${id}-${label.id}`}
          label={<LabelChip name={label.name} color={label.color} />}
          description={label.description}
          isChecked={chosen.has(label.id)}
          isDisabled={isDisabled}
          onChange={(_, on) => onToggle(label, on)}
        />
      ))}
    </div>
  );
}
