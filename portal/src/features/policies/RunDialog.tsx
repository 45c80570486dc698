import { Content, List, ListItem } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { RetentionPolicyView } from '@/api/generated';
import { useProject } from '@/features/projects/useProject';
import { ConfirmDialog } from '@/shared/dialogs';
import { RuleSentence } from './RuleSentence';
import { useRuleText } from './useRuleText';
import { useStartRun } from './useRuns';
import './texts';

/** Asks before a run that deletes. */
export default function RunDialog({ policy, onClose }: { policy: RetentionPolicyView; onClose: () => void }) {
  const { t } = useTranslation();
  const project = useProject();
  const ruleText = useRuleText();
  const start = useStartRun(project.project_id, policy.id ?? 0);
  return (
    <ConfirmDialog
      title={t('policies.retention.runTitle', { project: project.name })}
      confirm={t('policies.retention.runNow')}
      typed={project.name}
      action={start}
      onConfirm={() => start.mutate({ isDryRun: false })}
      onClose={onClose}
    >
      <Content>
        <p>{t('policies.retention.runBody')}</p>
        <List>
          {(policy.rules ?? [])
            .filter((rule) => !rule.disabled)
            .map((rule, index) => (
              <ListItem key={index}>
                <RuleSentence parts={ruleText.retention(rule)} />
              </ListItem>
            ))}
        </List>
        <p>{t('policies.retention.runUndo')}</p>
        <p>{t('policies.retention.runFirst')}</p>
      </Content>
    </ConfirmDialog>
  );
}
