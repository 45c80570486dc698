import { Button, Flex } from '@patternfly/react-core';
import { useTranslation } from '@/texts';
import type { AuditLogExt } from '@/api/generated';
import { Facts } from '@/shared/Facts';
import type { ListState } from '@/shared/useListState';
import { eventTypeOf } from './vocabulary';
import './logs.css';
import './texts';

/** All of a row, and the rows like it. */
export function LogDetails({ row, state }: { row: AuditLogExt; state: ListState }) {
  const { t, language } = useTranslation();
  const time = new Date(row.op_time);
  const exact = t('common.time.exact', {
    local: time.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' }),
    utc: time.toISOString().replace('T', ' ').replace('Z', ''),
  });
  return (
    <div className="m-log-details">
      <Facts
        columns={1}
        facts={[
          [t('logs.details.description'), row.operation_description],
          [t('logs.resource'), row.resource],
          [t('logs.details.exact'), exact],
          [t('logs.details.eventType'), <code key="type">{eventTypeOf(row.operation, row.resource_type)}</code>],
          [t('logs.details.number'), row.id],
        ]}
      />
      <Flex>
        <Button variant="link" isInline onClick={() => state.setFilter('user', row.username)}>
          {t('logs.details.onlyUser', { name: row.username })}
        </Button>
        <Button variant="link" isInline onClick={() => state.setFilter('resource', row.resource)}>
          {t('logs.details.onlyResource')}
        </Button>
      </Flex>
    </div>
  );
}
