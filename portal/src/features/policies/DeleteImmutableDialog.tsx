import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { deleteImmuRule, type RuleView } from '@/api/generated';
import { projectKey } from '@/features/projects/useProject';
import { ConfirmDialog } from '@/shared/dialogs';
import { useAction } from '@/shared/useAction';
import { RuleSentence } from './RuleSentence';
import { useRuleText } from './useRuleText';
import './texts';

interface Props {
  projectId: number;
  rule: RuleView;
  onClose: () => void;
}

export default function DeleteImmutableDialog({ projectId, rule, onClose }: Props) {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  const remove = useAction({
    run: () => deleteImmuRule({ path: { project_name_or_id: String(projectId), immutable_rule_id: rule.id ?? 0 } }),
    changes: [projectKey(projectId, 'immutable tags')],
    done: t('policies.immutable.deletedToast'),
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={t('policies.immutable.deleteTitle')}
      confirm={t('common.delete')}
      action={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Content>
        <p>
          <RuleSentence parts={ruleText.immutable(rule)} />
        </p>
        <p>
          {t('policies.immutable.deleteBody')} {t('common.cannotBeUndone')}
        </p>
      </Content>
    </ConfirmDialog>
  );
}
