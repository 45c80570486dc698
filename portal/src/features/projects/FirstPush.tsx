import './projects.css';
import {
  Button,
  Card,
  CardBody,
  CardHeader,
  CardTitle,
  Content,
  HelperText,
  HelperTextItem,
  Spinner,
} from '@patternfly/react-core';
import TimesIcon from '@patternfly/react-icons/dist/esm/icons/times-icon';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { listProjects, type ListProjectsData, type ProjectView, type UserView } from '@/api/generated';
import { page, type Page } from '@/api/pages';
import { useToast } from '@/shared/Toasts';
import { ClientHint } from './ClientHint';
import { CommandLine } from './CommandLine';
import { pushCommands } from './commands';
import { pushedTo, pushTarget } from './firstPush';
import { useRegistry } from '@/shared/useRegistry';
import './texts';

/** Images everybody can get, and small. */
const IMAGE = 'hello-world:latest';

const INTERVAL = 2_000;

interface Props {
  projects: Page<ProjectView>;
  query: ListProjectsData['query'];
  user: UserView;
  onDismiss: () => void;
  mayCreate: boolean;
}

/** Above the projects of a registry that nothing was pushed to: how to, until the first push arrives. */
export default function FirstPush({ projects, query, user, onDismiss, mayCreate }: Props) {
  const { t } = useTranslation();
  const registry = useRegistry();
  useArrival(projects, query);
  const target = pushTarget(projects.items, user.sysadmin_flag);
  if (target === undefined && !mayCreate) return null;
  return (
    <Card isCompact className="m-first-push">
      <CardHeader
        actions={{
          actions: (
            <Button
              variant="plain"
              icon={<TimesIcon />}
              aria-label={t('projects.firstPush.dismiss')}
              onClick={onDismiss}
            />
          ),
        }}
      >
        <CardTitle component="h2">{t('projects.firstPush.title')}</CardTitle>
      </CardHeader>
      <CardBody>
        {target === undefined ? (
          <Content component="p">{t('projects.firstPush.noProject')}</Content>
        ) : (
          <Steps
            lines={pushCommands('docker', {
              ...registry,
              project: target.name,
              user: user.username,
              image: IMAGE,
            })}
            project={target.name}
          />
        )}
      </CardBody>
    </Card>
  );
}

/** Looks for the first push while the page is looked at, and shows the project that got it. */
function useArrival(projects: Page<ProjectView>, query: ListProjectsData['query']): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useToast();
  const { data } = useQuery({
    queryKey: ['projects', 'first-push'],
    queryFn: () => page(listProjects({ query })),
    initialData: projects,
    staleTime: INTERVAL,
    refetchInterval: INTERVAL,
    // What arrived once is no news the next time.
    gcTime: 0,
  });
  const arrived = pushedTo(data.items) ?? pushedTo(projects.items);
  useEffect(() => {
    if (arrived === undefined) return;
    say(t('projects.firstPush.arrived', { name: arrived.name }));
    void queries.invalidateQueries({ queryKey: ['projects'] });
    void navigate(`/harbor/projects/${arrived.project_id}/repositories`);
    // Only that it arrived counts, once: the functions are others each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [arrived?.project_id]);
}

function Steps({ lines, project }: { lines: string[]; project: string }) {
  const { t } = useTranslation();
  const titles = [
    t('projects.firstPush.login'),
    t('projects.firstPush.tag', { image: IMAGE }),
    t('projects.firstPush.push', { project }),
  ];
  const labels = [
    t('projects.firstPush.loginLabel'),
    t('projects.firstPush.tagLabel'),
    t('projects.firstPush.pushLabel'),
  ];
  return (
    <>
      <ol className="m-steps">
        {lines.map((line, index) => (
          <li key={line}>
            {titles[index]}
            <CommandLine command={line} label={labels[index] ?? line} />
          </li>
        ))}
      </ol>
      <ClientHint tool="docker" />
      <HelperText>
        <HelperTextItem icon={<Spinner size="sm" aria-label={t('projects.firstPush.waiting')} />}>
          {t('projects.firstPush.waiting')}
        </HelperTextItem>
      </HelperText>
    </>
  );
}
