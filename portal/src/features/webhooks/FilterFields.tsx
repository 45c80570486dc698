import { FormFieldGroupExpandable, FormFieldGroupHeader } from '@patternfly/react-core';
import { useId } from 'react';
import { useTranslation } from '@/texts';
import { PatternSyntax } from '@/features/policies/PatternTry';
import { Field } from '@/shared/Field';
import { filterProblem, type Draft } from './policy';
import '@/features/policies/texts';
import './texts';

/** Which repositories and tags are told of. */
export function FilterFields({ draft, onChange }: { draft: Draft; onChange: (changed: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const problem = useFilterProblem();
  const title = t('webhooks.form.filters');
  return (
    <FormFieldGroupExpandable
      isExpanded={draft.repositories !== '' || draft.tags !== ''}
      toggleAriaLabel={title}
      header={<FormFieldGroupHeader titleText={{ text: title, id }} />}
    >
      <Field
        label={t('webhooks.form.repositories')}
        value={draft.repositories}
        onChange={(repositories) => onChange({ repositories })}
        hint={t('webhooks.form.repositoriesHint')}
        error={problem(draft.repositories)}
        isMultiline
      />
      <Field
        label={t('webhooks.form.tags')}
        value={draft.tags}
        onChange={(tags) => onChange({ tags })}
        hint={t('webhooks.form.tagsHint')}
        error={problem(draft.tags)}
        isMultiline
      />
      <PatternSyntax />
    </FormFieldGroupExpandable>
  );
}

function useFilterProblem(): (text: string) => string | null {
  const { t } = useTranslation();
  return (text) => {
    const found = filterProblem(text);
    if (found === null) return null;
    if (found === 'tooManyPatterns') return t('webhooks.form.tooManyPatterns');
    return t('webhooks.form.patternProblem', {
      pattern: found.pattern,
      problem: t(`policies.selectors.problems.${found.problem}`),
    });
  };
}
