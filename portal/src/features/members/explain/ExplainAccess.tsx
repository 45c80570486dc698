import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/texts';
import { Waiting } from '@/app/Waiting';
import { explainPermission, type ProjectView } from '@/api/generated';
import { body } from '@/api/pages';
import { useCatalogue } from '@/features/robots/useCatalogue';
import { FormDialog } from '@/shared/dialogs';
import { Failure } from '@/shared/Failure';
import { useRegistry } from '@/shared/useRegistry';
import { Answer } from './Answer';
import { firstQuestion, isComplete, requestOf, type Question } from './question';
import { WhatFields } from './WhatFields';
import { WhoFields } from './WhoFields';
import '../members.css';
import '../texts';

interface Props {
  project: ProjectView;
  /** Of the user it is about at first; empty: of none. */
  name: string;
  onClose: () => void;
}

/** Asks the server whether somebody may do something in the project, and shows why. */
export default function ExplainAccess({ project, name, onClose }: Props) {
  const { t } = useTranslation();
  const { host } = useRegistry();
  const catalogue = useCatalogue();
  const [question, setQuestion] = useState(() => firstQuestion(name));
  const explain = useMutation({
    mutationFn: () =>
      body(
        explainPermission({
          path: { project_name_or_id: String(project.project_id) },
          body: requestOf(question, `${host}/${project.name}`),
        }),
      ),
  });
  const change = (changed: Partial<Question>) => {
    setQuestion({ ...question, ...changed });
    // An answer stands beside its question only.
    explain.reset();
  };
  return (
    <FormDialog
      title={t('members.explain.title', { project: project.name })}
      description={t('members.explain.hint')}
      submit={t('members.explain.submit')}
      leave={t('common.close')}
      isValid={catalogue.data !== undefined && isComplete(question)}
      action={explain}
      onSubmit={() => explain.mutate()}
      onClose={onClose}
    >
      <WhoFields project={project} question={question} onChange={change} />
      {catalogue.error && <Failure error={catalogue.error} onRetry={() => void catalogue.refetch()} />}
      {catalogue.isPending && <Waiting />}
      {catalogue.data && (
        <WhatFields project={project} matrix={catalogue.data.project} question={question} onChange={change} />
      )}
      {explain.data && <Answer answer={explain.data} />}
    </FormDialog>
  );
}
