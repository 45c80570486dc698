import { Checkbox, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from '@/texts';
import { getRentenitionMetadata } from '@/api/generated';
import type { RetentionPolicyView, RetentionRuleView, TemplateMetadata } from '@/api/generated';
import { body } from '@/api/pages';
import { FormDialog } from '@/shared/dialogs';
import { ErrorAlert } from '@/shared/Failure';
import { Field } from '@/shared/Field';
import { PatternSyntax, PatternTry } from './PatternTry';
import { isTemplate, newRule, numberOf, parseNumber, withRule } from './retention';
import { RuleSentence } from './RuleSentence';
import { SelectorFields } from './SelectorFields';
import {
  areSelectorsValid,
  choosesUntagged,
  editable,
  isExcluding,
  REPOSITORY_DECORATIONS,
  repositoriesOf,
  TAG_DECORATIONS,
  tagsOf,
  withUntagged,
} from './selectors';
import { useSavePolicy } from './usePolicy';
import { useRuleText } from './useRuleText';
import './texts';

interface Props {
  policy: RetentionPolicyView;
  /** The rule that is edited; null: a new one. */
  index: number | null;
  onClose: () => void;
}

export default function RuleDialog({ policy, index, onClose }: Props) {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  const save = useSavePolicy(onClose);
  const there = index === null ? undefined : policy.rules?.[index];
  const [draft, setDraft] = useState<RetentionRuleView>(() => asDraft(there ?? newRule()));
  const [number, setNumber] = useState(String(numberOf(draft) ?? ''));
  const metadata = useQuery({
    queryKey: ['retention metadata'],
    queryFn: () => body(getRentenitionMetadata()),
    staleTime: Infinity,
  });
  const template = metadata.data?.templates.find((one) => one.rule_template === draft.template);
  const unit = template?.params[0]?.unit;
  const value = unit === undefined ? null : parseNumber(number, unit);
  const rule = { ...draft, params: value === null ? null : { [draft.template ?? '']: value } };
  const repositories = repositoriesOf(draft);
  const tags = tagsOf(draft);
  const isNumberValid = unit === undefined || value !== null;
  const isValid = template !== undefined && isNumberValid && areSelectorsValid(repositories) && areSelectorsValid(tags);
  const includesUntagged = choosesUntagged(tags);
  return (
    <FormDialog
      title={t(index === null ? 'policies.retention.addTitle' : 'policies.retention.editTitle')}
      description={isValid && <RuleSentence parts={ruleText.retention(rule)} />}
      submit={t(index === null ? 'common.add' : 'common.save')}
      isValid={isValid}
      action={save}
      onSubmit={() =>
        save.mutate({
          policy: withRule(policy, index, rule),
          done: t(index === null ? 'policies.retention.addedToast' : 'policies.retention.changedToast'),
        })
      }
      onClose={onClose}
    >
      {metadata.error && <ErrorAlert error={metadata.error} onRetry={() => void metadata.refetch()} />}
      <TemplateField
        templates={metadata.data?.templates ?? []}
        value={draft.template ?? ''}
        onChange={(name) => setDraft({ ...draft, template: name })}
      />
      {unit !== undefined && (
        <Field
          label={t(unit === 'DAYS' ? 'policies.retention.days' : 'policies.retention.count')}
          value={number}
          onChange={setNumber}
          error={
            isNumberValid
              ? null
              : t(unit === 'DAYS' ? 'policies.retention.daysInvalid' : 'policies.retention.countInvalid')
          }
          hint={value === 0 ? t('policies.retention.zeroHint') : undefined}
          type="number"
          isRequired
        />
      )}
      <SelectorFields
        what="repositories"
        decorations={REPOSITORY_DECORATIONS}
        value={repositories}
        onChange={(repository) => setDraft({ ...draft, scope_selectors: { repository } })}
        hint={t('policies.selectors.repositoriesHint')}
      />
      <SelectorFields
        what="tags"
        decorations={TAG_DECORATIONS}
        value={tags}
        // Extras are read the other way round by a selector that excludes.
        onChange={(changed) => setDraft({ ...draft, tag_selectors: withUntagged(changed, includesUntagged) })}
        hint={tags.some(isExcluding) ? t('policies.retention.excludesHint') : undefined}
      />
      <PatternSyntax />
      <Checkbox
        id="retention-untagged"
        label={t('policies.retention.untagged')}
        description={t('policies.retention.untaggedHint')}
        isChecked={includesUntagged}
        onChange={(_, isChecked) => setDraft({ ...draft, tag_selectors: withUntagged(tags, isChecked) })}
      />
      <PatternTry selectors={tags} />
    </FormDialog>
  );
}

function asDraft(rule: RetentionRuleView): RetentionRuleView {
  return {
    ...rule,
    tag_selectors: editable(tagsOf(rule), TAG_DECORATIONS),
    scope_selectors: { repository: editable(repositoriesOf(rule), REPOSITORY_DECORATIONS) },
  };
}

function TemplateField({
  templates,
  value,
  onChange,
}: {
  templates: TemplateMetadata[];
  value: string;
  onChange: (name: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <FormGroup label={t('policies.retention.template')} fieldId={id} isRequired>
      <FormSelect id={id} value={value} onChange={(_, name) => onChange(name)}>
        {templates.map(({ rule_template: name, display_text: shown }) => (
          <FormSelectOption
            key={name}
            value={name}
            label={isTemplate(name) ? t(`policies.retention.templates.${name}`) : shown}
          />
        ))}
      </FormSelect>
    </FormGroup>
  );
}
