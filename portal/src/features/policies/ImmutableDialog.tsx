import { useState } from 'react';
import { useTranslation } from '@/texts';
import { createImmuRule, updateImmuRule, type RuleView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { FormDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { PatternSyntax, PatternTry } from './PatternTry';
import { RuleSentence } from './RuleSentence';
import { SelectorFields } from './SelectorFields';
import { areSelectorsValid, editable, repositoriesOf, tagsOf } from './selectors';
import { REPOSITORY_DECORATIONS, TAG_DECORATIONS } from './selectors';
import { useRuleText } from './useRuleText';
import './texts';

interface Props {
  projectId: number;
  /** The rule that is edited; null: a new one. */
  rule: RuleView | null;
  onClose: () => void;
}

const NEW: RuleView = { action: 'immutable', template: 'immutable_template' };

export default function ImmutableDialog({ projectId, rule, onClose }: Props) {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  const [repositories, setRepositories] = useState(() => editable(repositoriesOf(rule ?? {}), REPOSITORY_DECORATIONS));
  const [tags, setTags] = useState(() => editable(tagsOf(rule ?? {}), TAG_DECORATIONS));
  const isValid = areSelectorsValid(repositories) && areSelectorsValid(tags);
  const changed = { ...(rule ?? NEW), tag_selectors: tags, scope_selectors: { repository: repositories } };
  const path = { project_name_or_id: String(projectId) };
  const save = useAction({
    run: () =>
      rule === null
        ? createImmuRule({ path, body: changed })
        : updateImmuRule({ path: { ...path, immutable_rule_id: rule.id ?? 0 }, body: changed }),
    changes: [projectKey(projectId, 'immutable tags')],
    done: t(rule === null ? 'policies.immutable.createdToast' : 'policies.immutable.updatedToast'),
    onDone: onClose,
  });
  return (
    <FormDialog
      title={t(rule === null ? 'policies.immutable.addTitle' : 'policies.immutable.editTitle')}
      description={isValid && <RuleSentence parts={ruleText.immutable(changed)} />}
      submit={t(rule === null ? 'common.add' : 'common.save')}
      isValid={isValid}
      action={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <SelectorFields what="tags" decorations={TAG_DECORATIONS} value={tags} onChange={setTags} />
      <SelectorFields
        what="repositories"
        decorations={REPOSITORY_DECORATIONS}
        value={repositories}
        onChange={setRepositories}
        hint={t('policies.selectors.repositoriesHint')}
      />
      <PatternSyntax />
      <PatternTry selectors={tags} />
    </FormDialog>
  );
}
