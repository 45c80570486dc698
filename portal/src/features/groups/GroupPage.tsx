import { Alert, Button, Flex, PageSection } from '@patternfly/react-core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate, useParams } from 'react-router';
import { getUserGroup } from '@/api/generated';
import { body } from '@/api/pages';
import { useCanInSystem } from '@/session/session';
import { PageHeader } from '@/shared/PageHeader';
import type { Opened } from './GroupDialogs';
import { GroupMembers } from './GroupMembers';
import { INTERNAL } from './types';
import './texts';

const GroupDialogs = lazy(() => import('./GroupDialogs'));

/** A group: its name, and who is in it. */
export default function GroupPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const can = useCanInSystem();
  const { groupId = '' } = useParams();
  const [opened, setOpened] = useState<Opened | null>(null);
  const { data: group } = useSuspenseQuery({
    queryKey: ['groups', groupId],
    // What is no number is not there, as the API says of numbers that are not.
    queryFn: () => body(getUserGroup({ path: { group_id: Number(groupId) || 0 } })),
  });
  return (
    <>
      <PageHeader
        title={group.group_name}
        crumbs={[{ title: t('titles.groups'), to: '/harbor/groups' }]}
        actions={
          <Flex>
            {can('user-group', 'update') && (
              <Button variant="secondary" onClick={() => setOpened({ act: 'rename', group })}>
                {t('groups.rename')}
              </Button>
            )}
            {can('user-group', 'delete') && (
              <Button variant="secondary" isDanger onClick={() => setOpened({ act: 'delete', group })}>
                {t('common.delete')}
              </Button>
            )}
          </Flex>
        }
      />
      {group.group_type === INTERNAL ? (
        <GroupMembers group={group} />
      ) : (
        <PageSection hasBodyWrapper={false}>
          <Alert variant="info" isInline title={t('groups.membersElsewhere')} />
        </PageSection>
      )}
      <Suspense>
        {opened !== null && (
          <GroupDialogs
            opened={opened}
            onClose={() => setOpened(null)}
            onDeleted={() => void navigate('/harbor/groups')}
          />
        )}
      </Suspense>
    </>
  );
}
