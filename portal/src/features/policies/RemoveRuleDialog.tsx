import { Content } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { RetentionPolicyView } from '@/api/generated';
import { ConfirmDialog } from '@/shared/dialogs';
import { withoutRule } from './retention';
import { RuleSentence } from './RuleSentence';
import { useSavePolicy } from './usePolicy';
import { useRuleText } from './useRuleText';
import './texts';

interface Props {
  policy: RetentionPolicyView;
  index: number;
  onClose: () => void;
}

export default function RemoveRuleDialog({ policy, index, onClose }: Props) {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  const save = useSavePolicy(onClose);
  const rules = policy.rules ?? [];
  return (
    <ConfirmDialog
      title={t('policies.retention.removeTitle')}
      confirm={t('policies.retention.remove')}
      action={save}
      onConfirm={() => save.mutate({ policy: withoutRule(policy, index), done: t('policies.retention.removedToast') })}
      onClose={onClose}
    >
      <Content>
        <p>
          <RuleSentence parts={ruleText.retention(rules[index] ?? {})} />
        </p>
        <p>{t(rules.length === 1 ? 'policies.retention.removeLast' : 'policies.retention.removeBody')}</p>
        <p>{t('common.cannotBeUndone')}</p>
      </Content>
    </ConfirmDialog>
  );
}
