import './projects.css';
import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import { Link } from 'react-router';
import type { SummaryView } from '@/api/generated';
import { membersByRole, membersIn } from './counts';
import { RoleName } from './RoleName';
import './texts';

/** The members of a project by role, each as a bar of its share. */
export function MemberCounts({ summary, projectId }: { summary: SummaryView; projectId: number }) {
  const { t } = useTranslation();
  const total = membersIn(summary);
  return (
    <Card isFullHeight>
      <CardTitle component="h2">
        <Link to={`/harbor/projects/${projectId}/members`}>{t('projects.summary.members', { count: total })}</Link>
      </CardTitle>
      <CardBody>
        <dl className="m-bars">
          {membersByRole(summary).map(({ role, count }) => (
            <div key={role} className="m-bars-row">
              <dt>
                <RoleName id={role} />
              </dt>
              <dd>
                <span className="m-bars-track" aria-hidden="true">
                  <span className="m-bars-bar" style={{ inlineSize: `${total === 0 ? 0 : (100 * count) / total}%` }} />
                </span>
                <span className="m-bars-count">{count}</span>
              </dd>
            </div>
          ))}
        </dl>
      </CardBody>
    </Card>
  );
}
