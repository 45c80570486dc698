import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr, type IAction } from '@patternfly/react-table';
import { useTranslation } from '@/texts';
import type { RetentionPolicyView } from '@/api/generated';
import { ErrorAlert } from '@/shared/Failure';
import { RowActions } from '@/shared/RowActions';
import { withRule, withRuleMoved } from './retention';
import { RuleSentence } from './RuleSentence';
import { useSavePolicy } from './usePolicy';
import { useRuleText } from './useRuleText';
import './texts';

interface Props {
  policy: RetentionPolicyView;
  canChange: boolean;
  onEdit: (index: number) => void;
  onRemove: (index: number) => void;
}

/** The rules of a policy as sentences. */
export function RuleTable({ policy, canChange, onEdit, onRemove }: Props) {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  const save = useSavePolicy();
  const rules = policy.rules ?? [];
  const actions = (index: number): IAction[] => {
    const rule = rules[index] ?? {};
    const move = (by: -1 | 1) =>
      save.mutate({ policy: withRuleMoved(policy, index, by), done: t('policies.retention.movedToast') });
    const toggle = () =>
      save.mutate({
        policy: withRule(policy, index, { ...rule, disabled: !rule.disabled }),
        done: t(rule.disabled ? 'policies.retention.enabledToast' : 'policies.retention.disabledToast'),
      });
    return [
      { title: t('common.edit'), onClick: () => onEdit(index) },
      { title: t(rule.disabled ? 'policies.rule.enable' : 'policies.rule.disable'), onClick: toggle },
      { title: t('policies.retention.moveUp'), isDisabled: index === 0, onClick: () => move(-1) },
      { title: t('policies.retention.moveDown'), isDisabled: index === rules.length - 1, onClick: () => move(1) },
      { isSeparator: true },
      { title: t('policies.retention.remove'), isDanger: true, onClick: () => onRemove(index) },
    ];
  };
  return (
    <>
      {save.error && <ErrorAlert error={save.error} />}
      <Table aria-label={t('policies.retention.rulesList')} variant="compact" gridBreakPoint="grid-md">
        <Thead>
          <Tr>
            <Th>{t('policies.retention.number')}</Th>
            <Th width={80}>{t('policies.retention.rule')}</Th>
            <Th>{t('common.status')}</Th>
            {canChange && <Th screenReaderText={t('common.actions')} />}
          </Tr>
        </Thead>
        <Tbody>
          {rules.map((rule, index) => (
            <Tr key={index}>
              <Td dataLabel={t('policies.retention.number')}>{index + 1}</Td>
              <Td dataLabel={t('policies.retention.rule')}>
                <RuleSentence parts={ruleText.retention(rule)} isOff={rule.disabled} />
              </Td>
              <Td dataLabel={t('common.status')}>
                <RuleState isDisabled={rule.disabled} />
              </Td>
              {canChange && (
                <Td isActionCell>
                  <RowActions items={actions(index)} name={t('policies.retention.ruleName', { number: index + 1 })} />
                </Td>
              )}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}

export function RuleState({ isDisabled }: { isDisabled?: boolean }) {
  const { t } = useTranslation();
  return isDisabled ? (
    <Label color="grey">{t('policies.rule.disabled')}</Label>
  ) : (
    <Label color="green">{t('policies.rule.enabled')}</Label>
  );
}
