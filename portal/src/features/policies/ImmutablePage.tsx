import { Button, Content, Title } from '@patternfly/react-core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { listImmuRules, updateImmuRule, type RuleView } from '@/api/generated';
import { page } from '@/api/pages';
import { projectKey, useProject } from '@/features/projects/useProject';
import { useCanInProject } from '@/session/session';
import { DataTable, type Column } from '@/shared/DataTable';
import { Empty } from '@/shared/Empty';
import { ErrorAlert } from '@/shared/Failure';
import { useAction } from '@/shared/useAction';
import { useListState } from '@/shared/useListState';
import { RuleSentence } from './RuleSentence';
import { RuleState } from './RuleTable';
import { plainText, useRuleText } from './useRuleText';
import './texts';

const ImmutableDialog = lazy(() => import('./ImmutableDialog'));
const DeleteImmutableDialog = lazy(() => import('./DeleteImmutableDialog'));

type Open = { kind: 'edit'; rule: RuleView | null } | { kind: 'delete'; rule: RuleView };

export default function ImmutablePage() {
  const { t } = useTranslation();
  const project = useProject();
  const projectId = project.project_id;
  const can = useCanInProject(projectId);
  const ruleText = useRuleText();
  const [open, setOpen] = useState<Open | null>(null);
  const state = useListState({ sort: 'id' });
  const list = useQuery({
    queryKey: projectKey(projectId, 'immutable tags', state.query),
    queryFn: () => page(listImmuRules({ path: { project_name_or_id: String(projectId) }, query: state.query })),
    placeholderData: keepPreviousData,
  });
  const toggle = useToggle(projectId);
  const add = can('immutable-tag', 'create') && (
    <Button onClick={() => setOpen({ kind: 'edit', rule: null })}>{t('policies.immutable.add')}</Button>
  );
  const actions = (rule: RuleView) => [
    ...(can('immutable-tag', 'update')
      ? [
          { title: t('common.edit'), onClick: () => setOpen({ kind: 'edit', rule }) },
          {
            title: t(rule.disabled ? 'policies.rule.enable' : 'policies.rule.disable'),
            onClick: () => toggle.mutate(rule),
          },
        ]
      : []),
    ...(can('immutable-tag', 'delete')
      ? [{ title: t('common.delete'), isDanger: true, onClick: () => setOpen({ kind: 'delete', rule }) }]
      : []),
  ];
  return (
    <>
      <Title headingLevel="h2">{t('titles.immutableTags')}</Title>
      <Content component="p">{t('policies.immutable.description')}</Content>
      {toggle.error && <ErrorAlert error={toggle.error} />}
      <DataTable
        label={t('policies.immutable.list')}
        columns={useColumns()}
        list={list}
        state={state}
        rowKey={(rule) => rule.id ?? 0}
        rowName={(rule) => plainText(ruleText.immutable(rule))}
        toolbar={add}
        actions={actions}
        empty={
          <Empty title={t('policies.immutable.empty')} actions={add}>
            {t('policies.immutable.emptyHint')}
          </Empty>
        }
      />
      <Suspense>
        {open?.kind === 'edit' && (
          <ImmutableDialog projectId={projectId} rule={open.rule} onClose={() => setOpen(null)} />
        )}
        {open?.kind === 'delete' && (
          <DeleteImmutableDialog projectId={projectId} rule={open.rule} onClose={() => setOpen(null)} />
        )}
      </Suspense>
    </>
  );
}

function useToggle(projectId: number) {
  const { t } = useTranslation();
  return useAction({
    run: (rule: RuleView) =>
      updateImmuRule({
        path: { project_name_or_id: String(projectId), immutable_rule_id: rule.id ?? 0 },
        body: { ...rule, disabled: !rule.disabled },
      }),
    changes: [projectKey(projectId, 'immutable tags')],
    done: (_, rule) => t(rule.disabled ? 'policies.immutable.enabledToast' : 'policies.immutable.disabledToast'),
  });
}

function useColumns(): Column<RuleView>[] {
  const { t } = useTranslation();
  const ruleText = useRuleText();
  return [
    {
      key: 'rule',
      title: t('policies.immutable.rule'),
      width: 80,
      breaks: true,
      render: (rule) => <RuleSentence parts={ruleText.immutable(rule)} isOff={rule.disabled} />,
    },
    {
      key: 'status',
      title: t('common.status'),
      sort: 'disabled',
      render: (rule) => <RuleState isDisabled={rule.disabled} />,
    },
  ];
}
