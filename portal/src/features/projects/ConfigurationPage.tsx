import { Button, Card, CardBody, CardTitle, Content, Stack, StackItem } from '@patternfly/react-core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '@/texts';
import { useNavigate } from 'react-router';
import { useCanInProject } from '@/session/session';
import { AccessForm } from './AccessForm';
import { useProject } from './useProject';
import './texts';

const DeleteProject = lazy(() => import('./DeleteProject'));

/** What can be set of a project, and its deletion. */
export default function ConfigurationPage() {
  const { t } = useTranslation();
  const project = useProject();
  const navigate = useNavigate();
  const can = useCanInProject(project.project_id);
  const [isDeleting, setDeleting] = useState(false);
  return (
    <Stack hasGutter className="m-narrow">
      <StackItem>
        <Card>
          <CardTitle component="h2">{t('projects.access')}</CardTitle>
          <CardBody>
            <AccessForm key={project.metadata.public} project={project} />
          </CardBody>
        </Card>
      </StackItem>
      {can('project', 'delete') && (
        <StackItem>
          <Card>
            <CardTitle component="h2">{t('projects.dangerZone')}</CardTitle>
            <CardBody>
              <Content component="p">{t('projects.deleteHint')}</Content>
              <Button variant="danger" onClick={() => setDeleting(true)}>
                {t('projects.deleteAction')}
              </Button>
            </CardBody>
          </Card>
        </StackItem>
      )}
      <Suspense>
        {isDeleting && (
          <DeleteProject
            project={project}
            onClose={() => setDeleting(false)}
            onDeleted={() => void navigate('/harbor/projects')}
          />
        )}
      </Suspense>
    </Stack>
  );
}
